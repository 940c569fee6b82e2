import { failedRun } from '../run/failure.ts';
import { type MigrationRecord, RECORD_KEY } from './migration-record.ts';
import type { EtcdV3 } from './v3.ts';
import { getEntry } from './v3-get.ts';
import type { WriteOperation } from './v3-operation.ts';
import { type Fence, type WriteResult, writeAll } from './v3-write.ts';

/** What is needed to write the record: etcd v3, and the lock. */
export interface RecordPlace {
  readonly v3: EtcdV3;
  readonly fence: Fence;
  readonly signal?: AbortSignal | undefined;
}

/** Stores the record. Returns the revision of the write. Throws a failure where somebody else changes it. */
export async function saveRecord(
  { v3, fence, signal }: RecordPlace,
  record: MigrationRecord,
): Promise<string> {
  const found = await getEntry(v3.connection, RECORD_KEY, signal);
  const guard = found ? { modRevision: found.modRevision } : { absent: true as const };
  const put: WriteOperation = {
    kind: 'put',
    key: RECORD_KEY,
    value: Buffer.from(JSON.stringify(record)),
    guard,
  };
  const results: WriteResult[] = [];
  await writeAll(v3.connection, [put], { fence, signal, onResult: (_, result) => results.push(result) });
  const [result] = results;
  if (result && 'revision' in result) return result.revision;
  throw failedRun(`somebody else changes ${RECORD_KEY} in etcd v3: find out who, then start again`);
}

/** Deletes the record, as the last thing that tells of a migration. Nothing happens where there is none. */
export async function removeRecord({ v3, fence, signal }: RecordPlace): Promise<void> {
  const found = await getEntry(v3.connection, RECORD_KEY, signal);
  if (!found) return;
  const { modRevision } = found;
  await writeAll(v3.connection, [{ kind: 'delete', key: RECORD_KEY, guard: { modRevision } }], {
    fence,
    signal,
  });
}
