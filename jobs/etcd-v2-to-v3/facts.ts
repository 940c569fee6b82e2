import { type MigrationRecord, parseRecord, RECORD_KEY } from '../lib/etcd/migration-record.ts';
import { getEntry } from '../lib/etcd/v3-get.ts';
import { refused } from '../lib/run/failure.ts';
import { CLUSTER_INFORMATION_KEY } from './cluster-information.ts';
import { checkReady, READY_KEY } from './ready.ts';
import type { Stores } from './stores.ts';
import { checkVersion } from './version-gate.ts';

/** Where the migration stands, by what is stored. */
export interface Facts {
  /** CalicoVersion of etcd v2. */
  readonly version: string | undefined;
  readonly ready: string | undefined;
  /** The ClusterInformation of etcd v3. */
  readonly clusterInformation: string | undefined;
  readonly record: MigrationRecord | undefined;
}

/** Reads them. Throws a refusal for a record that this program does not understand. */
export async function readFacts({ v2, v3 }: Stores): Promise<Facts> {
  const [version, ready, clusterInformation, record] = await Promise.all([
    v2.get('/calico/v1/config/CalicoVersion'),
    v2.get(READY_KEY),
    getEntry(v3.connection, CLUSTER_INFORMATION_KEY),
    getEntry(v3.connection, RECORD_KEY),
  ]);
  return {
    version: version?.value,
    ready: ready?.value,
    clusterInformation: clusterInformation?.value.toString(),
    record: record && understood(record.value.toString()),
  };
}

function understood(text: string): MigrationRecord {
  const record = parseRecord(text);
  if (record) return record;
  throw refused(
    `${RECORD_KEY} in etcd v3 is not a record of this program: was it written by a newer release? Use that one, or save and delete the key`,
  );
}

/** Whether our record says that Ready is false because of us. */
export const pausedByUs = (record: MigrationRecord | undefined): boolean => record?.pausedAt !== undefined;

/** Whether the data is copied and verified, and Calico 2.6 has not worked since. */
export const isFinished = ({ record, ready }: Facts): boolean =>
  record?.phase === 'finished' && ready === 'false';

/** Refuses a start, by name of what stands in the way (conversion reference, section 9). */
export function checkFacts({ version, ready, record }: Facts): void {
  if (record?.phase === 'completed') {
    throw refused(
      `this migration was completed at ${record.since}: Calico 3.0 works on its data. To go back: etcd-v2-to-v3 abort --after-complete`,
    );
  }
  if (record?.phase === 'aborting') {
    throw refused(
      `an abort was begun at ${record.since} and is not at its end. End it with: etcd-v2-to-v3 abort`,
    );
  }
  const gate = checkVersion(version);
  if (gate.verdict !== 'migrate') throw refused(gate.reason);
  const verdict = checkReady(ready, pausedByUs(record));
  if (verdict.verdict === 'refused') throw refused(verdict.reason);
}
