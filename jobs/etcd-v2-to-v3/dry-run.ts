import { readLedger } from '../lib/etcd/ledger.ts';
import { OWN_PREFIX } from '../lib/etcd/migration-record.ts';
import { getEntry } from '../lib/etcd/v3-get.ts';
import { MAX_VALUE_BYTES } from '../lib/etcd/v3-operation.ts';
import { monotonicMs } from '../lib/run/abort.ts';
import { type Facts, READY_KEY } from '../lib/run/migration-facts.ts';
import { LOCK_KEY } from '../lib/run/migration-lock.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import type { Stores } from '../lib/run/stores.ts';
import { identityOf } from './identity.ts';
import { judgementOf, refusalOf } from './judgement.ts';
import type { StartOptions } from './options.ts';
import { type Plan, writeCount } from './plan.ts';
import { refusalOfPlan } from './refuse-plan.ts';
import { scopeOf } from './scope.ts';
import { plannedSentence } from './sentence.ts';
import { leaveReports, showJudgement, showPlan } from './show.ts';
import { readSource } from './source.ts';
import type { State } from './state.ts';
import { readTarget } from './target.ts';

/** Requests that a pause needs one after the other, about. */
const ROUND_TRIPS = 12;

/** Does all that `start` does before it writes, and answers as it would. */
export async function dryRun(
  options: StartOptions,
  run: Run,
  findings: Findings,
  stores: Stores,
  facts: Facts,
): Promise<JobResult> {
  const { signal } = run;
  const log = run.stage('plan');
  const state = await readSource(stores.v2, identityOf(facts.record), log, signal);
  const judgement = judgementOf(state, MAX_VALUE_BYTES);
  showJudgement(log, judgement, options.skipInvalid);
  await leaveReports(options, findings, state, judgement);
  const refusal = refusalOf(judgement, options.skipInvalid);
  if (refusal) throw refusal;
  const written = await readLedger(stores.v3.connection, OWN_PREFIX, signal);
  const plan = await readTarget({ stores, written, state, signal }, scopeOf(facts, state));
  showPlan(log, findings, state, plan);
  const conflict = refusalOfPlan(plan, options.ignoreV3Data);
  if (conflict) throw conflict;
  if (await getEntry(stores.v3.connection, LOCK_KEY, signal)) {
    log.warn('another process is at work here now: start would wait for it, and refuse if it goes on');
  }
  const sentence = await sentenceOf(options, stores, state, plan);
  return { ...findings, sentence };
}

async function sentenceOf(
  { drainSeconds }: StartOptions,
  { v2, v3 }: Stores,
  { wanted }: State,
  plan: Plan,
): Promise<string> {
  const began = monotonicMs();
  await v2.get(READY_KEY);
  await getEntry(v3.connection, LOCK_KEY);
  const pauseMs = (monotonicMs() - began) * ROUND_TRIPS;
  const writes = writeCount(plan) + plan.conflicts.length;
  return plannedSentence({ writes, keys: wanted.size, bytes: wanted.bytes(), drainSeconds, pauseMs });
}
