import { readClusterInformation } from '../lib/calico/v3/cluster-information.ts';
import { readLedger } from '../lib/etcd/ledger.ts';
import { inPhase, OWN_PREFIX } from '../lib/etcd/migration-record.ts';
import { saveRecord } from '../lib/etcd/record-store.ts';
import { etcdFailure } from '../lib/run/etcd-failure.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Facts, isFinished, readFacts } from '../lib/run/migration-facts.ts';
import { takeLock } from '../lib/run/migration-lock.ts';
import { reportDirectory } from '../lib/run/report-directory.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { openStores, type Stores } from '../lib/run/stores.ts';
import { countOf } from '../lib/run/table.ts';
import { identityOf } from './identity.ts';
import type { CompleteOptions } from './options.ts';
import { scopeOf } from './scope.ts';
import { setV3Ready } from './set-v3-ready.ts';
import { readSource } from './source.ts';
import { readTarget } from './target.ts';

/** Lets Calico 3.0 begin to work. Returns the exit code. */
export function complete(given: CompleteOptions, log: Log): Promise<number> {
  const outputDir = reportDirectory(given.outputDir, process.env);
  const options = outputDir === undefined ? given : { ...given, outputDir };
  return runJob('etcd-v2-to-v3-complete', options, log, (run, findings) =>
    letV3Work(options, run, findings).catch((error: unknown) => {
      throw etcdFailure(error);
    }),
  );
}

async function letV3Work(options: CompleteOptions, run: Run, findings: Findings): Promise<JobResult> {
  const log = run.stage('preflight');
  using stores = await openStores(options, () => log, run.signal);
  const facts = await readFacts(stores);
  if (isDone(facts))
    return { ...findings, sentence: 'nothing to do: the migration is complete, Calico 3.0 works' };
  checkFinished(facts);
  if (isFinished(facts)) await checkSource(options, run, stores, facts);
  const version = readClusterInformation(facts.clusterInformation)?.calicoVersion;
  if (version?.startsWith('v2')) {
    log.warn('no calico-node of 3.0 has started yet: until one does, pods of this cluster get no network');
  }
  if (options.dryRun) return { ...findings, sentence: 'dry run: Calico 3.0 would begin to work' };
  await using lock = await takeLock(stores.v3, log, run.signal);
  const now = await readFacts(stores);
  if (!isDone(now)) checkFinished(now);
  const signal = AbortSignal.any([run.signal, lock.signal]);
  const place = { v3: stores.v3, fence: lock.fence, signal };
  run.stage('apply');
  await setV3Ready(place, true);
  if (now.record)
    await saveRecord(place, inPhase(now.record, 'completed', new Date(), { pausedAt: undefined }));
  run.stage('verify');
  const after = await readFacts(stores);
  if (!isDone(after))
    throw refused('etcd v3 was changed by somebody else just now: look at it with etcd-v2-to-v3 status');
  return {
    ...findings,
    sentence:
      'complete: Calico 3.0 works on the migrated data; Ready of Calico 2.6 stays false, so that an old node does nothing. When you will not go back any more: etcd-cleaner v1',
  };
}

const isDone = ({ record, clusterInformation }: Facts): boolean =>
  record?.phase === 'completed' && readClusterInformation(clusterInformation)?.datastoreReady === true;

/** A migration is completed only where a start has come to its end, and Calico 2.6 has not worked since. */
function checkFinished(facts: Facts): void {
  const { record, ready } = facts;
  if (isFinished(facts) || record?.phase === 'completed') return;
  if (!record) {
    throw refused(
      'there is nothing to complete: etcd v3 has no migration of this program. Begin with etcd-v2-to-v3 start',
    );
  }
  const reason =
    record.phase === 'finished'
      ? `Ready of Calico 2.6 is ${ready ?? 'not there'}, so that it went on working after the copy`
      : `the migration is in phase ${record.phase} since ${record.since}`;
  throw refused(`${reason}: let etcd-v2-to-v3 start come to its end first`);
}

/** Looks whether the v1 data is still the one that was copied: what was written since would be lost. */
async function checkSource(options: CompleteOptions, run: Run, stores: Stores, facts: Facts): Promise<void> {
  const { signal } = run;
  const log = run.stage('plan');
  const state = await readSource(stores.v2, identityOf(facts.record), log, signal);
  const written = await readLedger(stores.v3.connection, OWN_PREFIX, signal);
  const plan = await readTarget({ stores, written, state, signal }, scopeOf(facts, state));
  const changed = [
    ...[...plan.create].map(key => `${key}: in v1, not in v3`),
    ...[...plan.update, ...plan.conflicts].map(({ key }) => `${key}: differs`),
    ...plan.remove.map(({ key }) => `${key}: deleted from v1`),
  ];
  if (changed.length === 0) return;
  if (options.ignoreV1Changes) {
    for (const line of changed) log.warn(`ignored: ${line}`);
    return;
  }
  throw refused(
    `the v1 data changed after it was copied (${countOf(changed.length, 'object')}): copy it with etcd-v2-to-v3 start, or leave it behind with --ignore-v1-changes`,
    changed,
  );
}
