import { CLUSTER_INFORMATION_KEY } from '../calico/v3/cluster-information.ts';
import { type MigrationRecord, parseRecord, RECORD_KEY } from '../etcd/migration-record.ts';
import { getEntry } from '../etcd/v3-get.ts';
import { refused } from './failure.ts';
import type { Stores } from './stores.ts';

/** The flag that every component of Calico 2.6 looks at; only exactly `true` lets it work (etcd v1 model, section 1). */
export const READY_KEY = '/calico/v1/Ready';

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
