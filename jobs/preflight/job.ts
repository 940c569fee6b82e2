import { planUpgrade } from '../lib/calico/upgrade/plan.ts';
import { saidReleaseProblem } from '../lib/calico/upgrade/said-release.ts';
import { detectAccess, detectCluster, readServedForms } from '../lib/run/detect-cluster.ts';
import { refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { requireAccess } from '../lib/run/own-access.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import type { PreflightOptions } from './options.ts';
import { detectedLines, stepLines } from './show.ts';

/** Says what runs and what an upgrade needs. It never changes anything, so it is a dry run always. Returns the exit code. */
export function preflight(options: PreflightOptions, log: Log): Promise<number> {
  return runJob('preflight', { ...options, dryRun: true }, log, (run, findings) =>
    look(options, run, findings),
  );
}

async function look(options: PreflightOptions, run: Run, findings: Findings): Promise<JobResult> {
  const { target, from } = options;
  if (target === undefined)
    throw wrongUsage('preflight needs the release to go to: --target v2.6.12, for example');
  const log = run.stage('preflight');
  const client = run.client();
  const forms = await readServedForms(client);
  await requireAccess(client, detectAccess(forms));
  const detected = await detectCluster(client, forms, from);
  for (const line of detectedLines(detected)) log.info(line);
  const { releases } = detected;
  const saidWrong = from && saidReleaseProblem(releases, { release: from, option: '--from' }, target);
  if (saidWrong) throw refused(saidWrong);
  const plan = planUpgrade(detected, target);
  if ('problems' in plan) throw refused(`no way to Calico ${target}: ${plan.problems.join('. ')}`);
  findings.details = { from: plan.from.lowest, target, steps: plan.steps };
  const planLog = run.stage('plan');
  for (const line of stepLines(plan.steps)) planLog.info(line);
  const count = plan.steps.filter(({ needed }) => needed).length;
  return {
    counts: { steps: plan.steps.length, needed: count },
    details: findings.details,
    sentence: `Calico ${plan.from.lowest} to ${target}: ${count} of ${plan.steps.length} steps are needed; nothing was changed`,
  };
}
