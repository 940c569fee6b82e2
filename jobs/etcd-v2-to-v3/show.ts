import type { ReportFile } from '../lib/calico/v1/reports.ts';
import type { Log } from '../lib/run/log.ts';
import type { Findings } from '../lib/run/run-job.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import { type Judgement, problemLines, reportsOf } from './judgement.ts';
import type { StartOptions } from './options.ts';
import type { Plan } from './plan.ts';
import { leaveReport } from './report-directory.ts';
import type { State } from './state.ts';
import { countsOf, kindRows, planTable } from './summary.ts';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

const WHERE = 'a report in --output-dir has them all';

/** Shows what the operator has to know of the v1 data, and of objects that are left out. */
export function showJudgement(log: Log, judgement: Judgement, skipInvalid: boolean): void {
  const notes = judgement.notes.map(({ object, reason }) => `${object}: ${reason}`);
  const left = skipInvalid ? problemLines(judgement).map(line => `left out: ${line}`) : [];
  for (const line of firstLines([...notes, ...left], LOG_LINES, WHERE)) log.warn(line);
}

/** Shows what is to be done in etcd v3, and notes it for the report. */
export function showPlan(log: Log, findings: Findings, state: State, plan: Plan): void {
  const rows = kindRows(state.wanted.keys(), plan);
  findings.counts = countsOf(rows);
  for (const line of planTable(rows)) log.info(line);
  if (plan.foreign.length > 0) {
    const keys = countOf(plan.foreign.length, 'key');
    log.info(`${keys} of others below /calico/ stay as they are, first ${plan.foreign[0]}`);
  }
}

/** Puts the lists of calico-upgrade into the report, and into its files where there is a directory. */
export async function leaveReports(
  options: StartOptions,
  findings: Findings,
  state: State,
  judgement: Judgement,
): Promise<void> {
  const reports = reportsOf(state, judgement);
  const leave = (file: ReportFile) => leaveReport(options.outputDir, file, reports[file]);
  findings.details = {
    convertedNames: await leave('convertednames'),
    nameClashes: await leave('nameclashes'),
    conversionErrors: await leave('conversionerrors'),
    validationErrors: await leave('validationerrors'),
    notes: judgement.notes.map(({ object, reason }) => `${object}: ${reason}`),
  };
}
