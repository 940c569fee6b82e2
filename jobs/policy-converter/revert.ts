import { type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { judge } from '../lib/run/checks.ts';
import { different, refused } from '../lib/run/failure.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { countOf, firstLines } from '../lib/run/table.ts';
import { createPolicies, deletePolicies } from './apply.ts';
import { loadDeleted, type SavedPolicies } from './backup.ts';
import { checkVersion } from './checks.ts';
import type { PolicyConverterOptions } from './options.ts';
import { lookAround, type Surroundings } from './preflight.ts';
import { prove } from './proof.ts';
import { readObjects, readSnapshot } from './read.ts';
import { revertRecord } from './record.ts';
import { sayWhatStays } from './refusal.ts';
import { planRevert, type RevertPlan } from './revert-plan.ts';
import { comparisonCounts, policiesText } from './sentence.ts';
import type { Snapshot } from './snapshot.ts';
import { type Done, nothingDone, type Target } from './target.ts';

interface Look {
  readonly snapshot: Snapshot;
  readonly plan: RevertPlan;
}

/** Undoes a conversion: brings back what it deleted, deletes what it created, and leaves what somebody changed since. */
export async function revert(
  options: PolicyConverterOptions,
  run: Run,
  findings: Findings,
): Promise<JobResult> {
  const preflight = run.stage('preflight');
  const around = await lookAround(run.client(), options, preflight);
  judge([checkVersion(around.running, true)], options.force, preflight);
  const saved = await loadDeleted(options, run);
  for (const backup of saved.backups) preflight.info(`${backup} is whole`);

  const log = run.stage('plan');
  const first = await look(run, around, saved);
  const { plan } = first;
  findings.counts = countsOf(plan, nothingDone());
  findings.details = { backups: saved.backups, conflicts: plan.conflicts, leftOut: plan.leftOut };
  log.info(plannedText(plan));
  for (const line of [...firstLines(plan.leftOut, 200, 'the report has them all')]) log.warn(line);
  decideConflicts(options, plan, line => log.warn(line));
  const proof = prove(first.snapshot, around.datastore, momentsOf(first), log, (sentence, pairs) =>
    refused(
      `nothing was written: bringing the policies back would change what is allowed now (annotations or pods have changed since the conversion): ${sentence}`,
      pairs,
    ),
  );
  findings.counts = { ...findings.counts, ...comparisonCounts(proof) };
  if (options.dryRun) return { ...findings, sentence: `dry run: ${plannedText(plan)}` };

  const done = nothingDone();
  try {
    await sayWhatStays(() => write(run, around, plan, done));
    await verify(run, around, saved, plan);
    await revertRecord(options, () => run.client()).forget(saved.backups);
  } finally {
    findings.counts = { ...countsOf(plan, done), ...comparisonCounts(proof) };
  }
  return { ...findings, sentence: doneText(plan, done, saved) };
}

async function look(run: Run, { resource }: Surroundings, { policies }: SavedPolicies): Promise<Look> {
  const snapshot = await readSnapshot(run.client(), resource);
  return { snapshot, plan: planRevert(policies, snapshot, resource) };
}

/** Under the semantics that act now, before and after: the policies that come back have to be without effect again. */
function momentsOf({ snapshot: { policies }, plan }: Look) {
  const removed = new Set(plan.remove);
  const after: readonly KubeObject[] = [...policies.filter(policy => !removed.has(policy)), ...plan.restore];
  return [
    ['annotation', policies],
    ['annotation', after],
  ] as const;
}

function decideConflicts(
  { onConflict }: PolicyConverterOptions,
  { conflicts }: RevertPlan,
  warn: (line: string) => void,
): void {
  if (conflicts.length === 0) return;
  if (onConflict === 'stop') {
    throw refused(
      `nothing was written: ${countOf(conflicts.length, 'NetworkPolicy', 'NetworkPolicies')} changed since the conversion (--on-conflict keep leaves them as they are, and reverts the others)`,
      conflicts,
    );
  }
  for (const line of firstLines(conflicts, 200, 'the report has them all')) warn(`kept as it is: ${line}`);
}

/** What comes back first: between the two steps a namespace is then closed rather than open. */
async function write(
  run: Run,
  { resource }: Surroundings,
  { restore, remove }: RevertPlan,
  done: Done,
): Promise<void> {
  const target: Target = { client: run.client(), resource, log: run.stage('apply'), signal: run.signal };
  await createPolicies(target, 'networkpolicies brought back', restore, done);
  await deletePolicies(target, 'default-deny deleted', remove, done);
}

/** Reads everything again; only what was kept may differ. */
async function verify(
  run: Run,
  around: Surroundings,
  saved: SavedPolicies,
  planned: RevertPlan,
): Promise<void> {
  const log = run.stage('verify');
  const plan = planRevert(saved.policies, await readObjects(run.client(), around.resource), around.resource);
  const kept = new Set(planned.conflicts);
  const wrong = [
    ...plan.restore.map(policy => `NetworkPolicy ${objectKey(policy)}: is not there`),
    ...plan.remove.map(policy => `NetworkPolicy ${objectKey(policy)}: is still there`),
    ...plan.conflicts.filter(line => !kept.has(line)),
  ];
  if (wrong.length > 0) {
    throw different(`${policiesText(wrong.length)} not as before the conversion`, wrong);
  }
  log.info('all read back and as before the conversion');
}

function countsOf({ restore, remove, conflicts, leftOut, unchanged }: RevertPlan, done: Done) {
  return {
    toRestore: restore.length,
    toDelete: remove.length,
    restored: done.created.size,
    deleted: done.deleted.size,
    conflicts: conflicts.length,
    leftOut: leftOut.length,
    unchanged,
  };
}

function plannedText({ restore, remove, unchanged }: RevertPlan): string {
  return `${policiesText(restore.length)} to bring back, ${remove.length} default-deny to delete, ${unchanged} there already`;
}

function doneText({ conflicts, leftOut, unchanged }: RevertPlan, done: Done, saved: SavedPolicies): string {
  const parts = [
    `${policiesText(done.created.size)} brought back`,
    `${done.deleted.size} default-deny deleted`,
    ...(unchanged > 0 ? [`${unchanged} there already`] : []),
    ...(conflicts.length > 0 ? [`${conflicts.length} changed since and kept`] : []),
    ...(leftOut.length > 0 ? [`${leftOut.length} left out, whose namespace is gone`] : []),
  ];
  if (parts.length === 2 && done.created.size + done.deleted.size === 0) {
    return `nothing to revert: no backup of deleted policies is on record, and no default-deny of ours is there`;
  }
  const none = saved.backups.length === 0 ? ' (no backup of deleted policies is on record)' : '';
  return `reverted and verified: ${parts.join(', ')}${none}`;
}
