import { readClusterInformation } from '../lib/calico/v3/cluster-information.ts';
import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import { refused } from '../lib/run/failure.ts';
import { type Facts, pausedByUs, READY_KEY } from '../lib/run/migration-facts.ts';

/** Whether Calico 3.0 is allowed to work on the data in etcd v3. */
const v3Works = ({ clusterInformation }: Facts): boolean =>
  readClusterInformation(clusterInformation)?.datastoreReady === true;

/** The record of a migration after which nobody needs the v1 data. Throws a refusal where v1 may still be needed. */
export function checkCompleted(facts: Facts): MigrationRecord {
  const { record, ready } = facts;
  if (!record) {
    throw refused(
      'etcd v3 has no migration of this program: the data in etcd v2 may be all that there is. Move it with etcd-v2-to-v3 start, then etcd-v2-to-v3 complete',
    );
  }
  if (record.phase !== 'completed') {
    throw refused(
      `the migration is in phase ${record.phase} since ${record.since}, expected completed: Calico 2.6 needs its data, or may need it again. End it with etcd-v2-to-v3 complete`,
    );
  }
  if (ready !== 'false') {
    const found = ready === undefined ? 'not there' : JSON.stringify(ready);
    throw refused(
      `${READY_KEY} is ${found}, expected "false": Calico 2.6 may be at work on the data. Find out who set it; to go back to 2.6: etcd-v2-to-v3 abort --after-complete`,
    );
  }
  if (!v3Works(facts)) {
    throw refused(
      'Calico 3.0 is not told to work: datastoreReady of the ClusterInformation in etcd v3 is not true. Run etcd-v2-to-v3 complete first',
    );
  }
  return record;
}

/** Throws a refusal where somebody works with what the migration wrote to etcd v3, or waits for it. */
export function checkPartial(facts: Facts): void {
  const { record, ready } = facts;
  if (record?.phase === 'completed' || v3Works(facts)) {
    throw refused(
      'Calico 3.0 works on the data in etcd v3. To go back to 2.6: etcd-v2-to-v3 abort --after-complete',
    );
  }
  if (record?.phase === 'finished') {
    throw refused(
      `the migration is finished since ${record.since}: nodes of Calico 3.0 may have started on its data. To go on: etcd-v2-to-v3 complete. To go back: etcd-v2-to-v3 abort`,
    );
  }
  if (ready === 'false' && (pausedByUs(record) || record?.phase === 'aborting')) {
    throw refused(
      'Calico 2.6 is paused because of this migration. Let it go on, and remove what was written: etcd-v2-to-v3 abort',
    );
  }
}
