import { randomUUID } from 'node:crypto';
import { newLedger, readLedger } from '../lib/etcd/ledger.ts';
import type { Lock } from '../lib/etcd/lock.ts';
import { newRecord, OWN_PREFIX } from '../lib/etcd/migration-record.ts';
import { saveRecord } from '../lib/etcd/record-store.ts';
import { MAX_VALUE_BYTES } from '../lib/etcd/v3-operation.ts';
import { type Facts, isFinished, readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import type { Stores } from '../lib/run/stores.ts';
import { exportV1 } from '../lib/run/v1-export.ts';
import { checkFacts } from './facts.ts';
import { finish } from './finish.ts';
import { type Follower, startFollower } from './follow.ts';
import { identityOf } from './identity.ts';
import { judgementOf, refusalOf } from './judgement.ts';
import type { Migration } from './migration.ts';
import type { StartOptions } from './options.ts';
import { type Plan, writeCount } from './plan.ts';
import { refusalOfPlan } from './refuse-plan.ts';
import { resumeAfter } from './resume.ts';
import { scopeOf } from './scope.ts';
import { doneSentence, nothingSentence } from './sentence.ts';
import { leaveReports, showJudgement, showPlan } from './show.ts';
import { readSource } from './source.ts';
import { applyPlan, readTarget } from './target.ts';
import { verifyAll } from './verify.ts';

/** Moves the data, from taking the lock to the end. Whatever fails, Calico 2.6 works afterwards. */
export async function migrate(
  options: StartOptions,
  run: Run,
  findings: Findings,
  stores: Stores,
  before: Facts,
): Promise<JobResult> {
  await using lock = await takeLock(stores.v3, run.aside('preflight'), run.signal);
  const known: Known = {};
  try {
    return await work(options, run, findings, stores, lock, known);
  } catch (error) {
    const reason = run.signal.aborted ? run.signal.reason : lock.signal.aborted ? lock.signal.reason : error;
    const record = known.migration ? known.migration.record : before.record;
    throw await resumeAfter({ options, log: run.aside('resume'), error: reason, lock, record });
  }
}

/** What is left to tell of a run that throws. */
interface Known {
  migration?: Migration;
}

/** The whole run under the lock. Where it throws, Calico 2.6 may be paused. */
async function work(
  options: StartOptions,
  run: Run,
  findings: Findings,
  stores: Stores,
  lock: Lock,
  known: Known,
): Promise<JobResult> {
  const signal = AbortSignal.any([run.signal, lock.signal]);
  // Another run may have gone on until the lock was free.
  const facts = await readFacts(stores);
  checkFacts(facts);
  using follower = startFollower({ stores, signal }, await stores.v2.index('/calico', signal));
  const record = facts.record ?? newRecord(randomUUID(), new Date());
  const identity = identityOf(record);
  const log = run.stage('plan');
  const state = await readSource(stores.v2, identity, log, signal);
  const written = await readLedger(stores.v3.connection, OWN_PREFIX, signal);
  const { fence } = lock;
  const migration: Migration = {
    ...{ options, run, stores, fence, written, signal, identity, state, record },
    ledger: newLedger(OWN_PREFIX, fence),
    kept: new Map(),
  };
  known.migration = migration;
  const plan = await makePlan(migration, findings, facts);
  if (isFinished(facts) && writeCount(plan) === 0) {
    return { ...findings, sentence: nothingSentence(state.wanted.size, record.since) };
  }
  await backUp(migration);
  if (!facts.record) await saveRecord({ v3: stores.v3, fence, signal }, record);
  return await copy(migration, findings, plan, follower, facts);
}

/** Plans, and refuses what stands in the way, before anything is written. */
async function makePlan(migration: Migration, findings: Findings, facts: Facts): Promise<Plan> {
  const { options, run, state } = migration;
  const log = run.stage('plan');
  const judgement = judgementOf(state, MAX_VALUE_BYTES);
  showJudgement(log, judgement, options.skipInvalid);
  await leaveReports(options, findings, state, judgement);
  const refusal = refusalOf(judgement, options.skipInvalid);
  if (refusal) throw refusal;
  const plan = await readTarget(migration, scopeOf(facts, state));
  showPlan(log, findings, state, plan);
  const conflict = refusalOfPlan(plan, options.ignoreV3Data);
  if (conflict) throw conflict;
  return plan;
}

/** Saves the v1 data where `--backup` asks for it. v3 needs no backup: what is written there is recorded. */
async function backUp({ options, run, stores, signal }: Migration): Promise<void> {
  const log = run.stage('backup');
  const kept = await exportV1(options, run, 'etcd-v2-to-v3', stores.v2, { log, signal });
  if (!kept) log.info('not needed: v1 stays as it is, and what is written to etcd v3 is recorded there');
}

/** Copies and verifies while Calico works, then pauses it for the rest. */
async function copy(
  migration: Migration,
  findings: Findings,
  plan: Plan,
  follower: Follower,
  facts: Facts,
): Promise<JobResult> {
  const { options, run, state } = migration;
  const isPaused = facts.ready === 'false';
  await applyPlan(migration, plan, run.stage('apply'));
  await follower.follow(migration, isPaused ? 'false' : 'true', run.stage('apply'));
  const verify = run.stage('verify');
  const verified = await verifyAll(migration);
  verify.info(`${state.wanted.size} keys of the first copy read back and equal`);
  // A run that was killed may have paused Calico just now.
  const drainSeconds = isFinished(facts) ? 0 : options.drainSeconds;
  const { pauseMs, strange } = await finish(migration, follower, verified, { drainSeconds, isPaused });
  if (strange.length > 0) {
    verify.warn(`somebody else wrote to etcd v3 during the run: ${strange.slice(0, 10).join(', ')}`);
  }
  await leaveReports(options, findings, state, judgementOf(state, MAX_VALUE_BYTES));
  const counts = { ...findings.counts, pauseMs };
  const done = { keys: state.wanted.size, written: writeCount(plan), pauseMs, drainSeconds };
  return { ...findings, counts, sentence: doneSentence(done) };
}
