import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import type { V2Node } from '../lib/etcd/v2.ts';
import { exportWriter } from '../lib/etcd/v2-export.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import type { Findings, Run } from '../lib/run/run-job.ts';
import type { Stores } from '../lib/run/stores.ts';
import { countOf, firstLines, tableLines } from '../lib/run/table.ts';
import { isLate, missingInV3 } from './late-changes.ts';
import type { CleanV1Options } from './options.ts';
import { readSaved, type Saved } from './saved.ts';
import { countsByTree, type Scan, scanV1 } from './scan.ts';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 20;

const WHERE = 'the report has them all';

/** What is in etcd v2, and what has to be saved of it before it is deleted. */
export interface Look {
  readonly scan: Scan;
  /** The files of a backup; undefined where the backups of earlier runs hold everything already. */
  readonly unsaved: ReadonlyMap<string, string> | undefined;
}

/** Reads all v1 data. Throws a refusal where some of it changed after the migration and is not in v3. */
export async function lookAtV1(
  options: CleanV1Options,
  run: Run,
  findings: Findings,
  stores: Stores,
  record: MigrationRecord,
  signal: AbortSignal,
): Promise<Look> {
  const log = run.stage('plan');
  const saved = await readSaved(record.v1Backups ?? [], options, run, log);
  const collected = collector(record, saved);
  const scan = await scanV1(stores.v2, signal, collected.add);
  const counts = countsByTree(scan);
  findings.counts = { keys: counts, directories: scan.directories.size, ofOthers: scan.foreign.length };
  findings.details = { ofOthers: scan.foreign, backups: record.v1Backups ?? [] };
  for (const line of tableLines([['tree of etcd v2', 'keys'], ...Object.entries(counts)])) log.info(line);
  for (const line of firstLines(scan.foreign, LOG_LINES, WHERE)) {
    log.warn(`${line}: not a key of Calico 2.6's data, stays`);
  }
  checkLate(options, log, await missingInV3(stores, scan, collected.late, signal));
  return { scan, unsaved: collected.unsaved() };
}

/** Packs for the backup while the tree is read, so that the values are in memory once, and not as a whole. */
function collector({ sourceIndex = 0 }: MigrationRecord, saved: Saved) {
  const writer = exportWriter();
  const late: V2Node[] = [];
  let isNew = false;
  return {
    late,
    add(node: V2Node): void {
      writer.add(node);
      if (saved.has(node.key, node.value)) return;
      isNew = true;
      // What an earlier run has saved was looked at then: restore writes it again, with a younger index.
      if (isLate(node, sourceIndex)) late.push(node);
    },
    unsaved: () => (isNew ? writer.files() : undefined),
  };
}

function checkLate({ ignoreV1Changes }: CleanV1Options, log: Log, lines: readonly string[]): void {
  if (lines.length === 0) return;
  if (!ignoreV1Changes) {
    throw refused(
      `${countOf(lines.length, 'object')} of v1 changed after the migration, and v3 does not have the change: make it in Calico 3.0, or leave it behind (it is in the backup) with --ignore-v1-changes`,
      lines,
    );
  }
  for (const line of firstLines(lines, LOG_LINES, WHERE)) log.warn(`left behind: ${line}`);
}
