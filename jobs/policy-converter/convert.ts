import type { Comparison } from '../lib/calico/networkpolicy/comparison.ts';
import { objectKey } from '../lib/kubernetes/object.ts';
import { judge } from '../lib/run/checks.ts';
import { different, refused } from '../lib/run/failure.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import { createPolicies, deletePolicies } from './apply.ts';
import { saveDeleted } from './backup.ts';
import { checkVersion } from './checks.ts';
import { noteLines, notesOf } from './notes.ts';
import type { PolicyConverterOptions } from './options.ts';
import { isDone, makePlan, type Plan } from './plan.ts';
import { lookAround, type Surroundings } from './preflight.ts';
import { policiesAfter, prove } from './proof.ts';
import { podsIn, readObjects, readPods, readSnapshot } from './read.ts';
import { sayWhatStays } from './refusal.ts';
import { comparisonCounts, doneCounts, doneSentence, planCounts, plannedSentence } from './sentence.ts';
import { planDetails, showPlan } from './show-plan.ts';
import type { Objects, Snapshot } from './snapshot.ts';
import { type Done, nothingDone, type Target } from './target.ts';

/** A normal run needs two: one that creates, one that deletes. More follow what somebody changes in the meantime. */
const WRITE_ROUNDS = 8;

/** What was read, and what follows from it. */
interface Look<O extends Objects = Objects> {
  readonly objects: O;
  readonly plan: Plan;
}

/** Makes the documented conversion, in an order in which no moment is less safe than before, and proves it. */
export async function convert(
  options: PolicyConverterOptions,
  run: Run,
  findings: Findings,
): Promise<JobResult> {
  const preflight = run.stage('preflight');
  const around = await lookAround(run.client(), options, preflight);
  if (around.running.semantics === 'v1' && !options.force.includes('calico-version')) {
    return notNeeded(run, around);
  }
  judge([checkVersion(around.running, false)], options.force, preflight);

  const log = run.stage('plan');
  const first = lookAt(await readSnapshot(run.client(), around.resource), around);
  const notes = notesOf(first.plan, around.datastore);
  findings.counts = planCounts(first.plan);
  findings.details = planDetails(first.plan, notes);
  showPlan(log, first.plan, noteLines(notes), options.dryRun);
  refuseProblems(first.plan);
  const planned = prove(first.objects, around.datastore, momentsOf(first), log, (sentence, pairs) =>
    refused(`nothing was written: ${sentence}`, pairs),
  );
  findings.counts = { ...findings.counts, ...comparisonCounts(planned) };
  if (options.dryRun) return { ...findings, sentence: plannedSentence(first.plan, planned) };

  const done = nothingDone();
  let proof: Comparison;
  try {
    proof = await sayWhatStays(() => writeAndVerify(options, run, around, first, done));
  } finally {
    findings.counts = { ...doneCounts(first.plan, done), ...comparisonCounts(planned) };
  }
  findings.counts = { ...findings.counts, ...comparisonCounts(proof) };
  return { ...findings, sentence: doneSentence(done, proof, notes.meaningChanges.length) };
}

const lookAt = <O extends Objects>(objects: O, { resource, datastore }: Surroundings): Look<O> => ({
  objects,
  plan: makePlan(objects, { resource, datastore }),
});

const momentsOf = ({ objects: { policies }, plan }: Look) =>
  [
    ['annotation', policies],
    ['v1', policiesAfter(policies, plan)],
  ] as const;

function refuseProblems({ problems }: Plan): void {
  if (problems.length === 0) return;
  throw refused(
    `nothing was written: ${countOf(problems.length, 'thing')} a person has to decide on first`,
    problems,
  );
}

/**
 * Creates first and deletes last, and looks again after each: so everything is read back before the next, and what
 * somebody changes in the meantime is followed.
 */
async function writeAndVerify(
  options: PolicyConverterOptions,
  run: Run,
  around: Surroundings,
  first: Look,
  done: Done,
): Promise<Comparison> {
  let current: Look = first;
  for (let round = 1; !isDone(current.plan); round += 1) {
    if (round > WRITE_ROUNDS) {
      throw different(
        `namespaces or NetworkPolicies kept changing through ${WRITE_ROUNDS} rounds: find who writes them, then start again`,
        [...current.plan.create, ...current.plan.remove].map(objectKey),
      );
    }
    await writeRound(options, run, around, current.plan, done);
    run.stage('verify');
    current = lookAt(await readObjects(run.client(), around.resource), around);
    if (current.plan.problems.length > 0) {
      throw refused(
        `${countOf(current.plan.problems.length, 'thing')} that a person has to decide on appeared during the run`,
        current.plan.problems,
      );
    }
  }
  const pods = podsIn(current.objects, await readPods(run.client()));
  return verify(run, around, { ...current.objects, pods }, done);
}

async function writeRound(
  options: PolicyConverterOptions,
  run: Run,
  { resource }: Surroundings,
  { create, remove }: Plan,
  done: Done,
): Promise<void> {
  // Before any write, so that a run that cannot save changes nothing at all.
  await saveDeleted(options, run, remove, done);
  const target: Target = { client: run.client(), resource, log: run.stage('apply'), signal: run.signal };
  if (create.length > 0) await createPolicies(target, 'default-deny created', create, done);
  else await deletePolicies(target, 'networkpolicies deleted', remove, done);
}

/** Compares what was there before this run, as it acts now, with what is there, as it will act. */
function verify(run: Run, { datastore }: Surroundings, snapshot: Snapshot, done: Done): Comparison {
  const log = run.stage('verify');
  const { policies } = snapshot;
  const present = new Set(policies.map(objectKey));
  const original = [
    ...policies.filter(policy => !done.created.has(objectKey(policy))),
    ...[...done.deleted].filter(([key]) => !present.has(key)).map(([, policy]) => policy),
  ];
  return prove(
    snapshot,
    datastore,
    [
      ['annotation', original],
      ['v1', policies],
    ],
    log,
    (sentence, pairs) => different(`verification found that ${sentence}`, pairs),
  );
}

/** v1 semantics act already; says which namespaces somebody may believe to be closed. */
async function notNeeded(run: Run, around: Surroundings): Promise<JobResult> {
  const log = run.stage('plan');
  const { plan } = lookAt(await readObjects(run.client(), around.resource), around);
  for (const { metadata } of plan.create) {
    log.warn(
      `Namespace ${metadata.namespace}: its annotation has no effect any more, and no policy closes all its pods. If it is to be closed, create a policy with podSelector {} and no ingress`,
    );
  }
  const { toCreate: open, ...counts } = planCounts(plan);
  const annotated = open ? `; ${countOf(open, 'annotated namespace')} without a default-deny` : '';
  return {
    sentence: `no conversion needed: v1 semantics act already (${around.running.text}), nothing was changed${annotated}`,
    counts: { ...counts, annotatedWithoutDefaultDeny: open ?? 0 },
    details: {},
  };
}
