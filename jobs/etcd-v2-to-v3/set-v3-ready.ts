import {
  CLUSTER_INFORMATION_KEY,
  readClusterInformation,
  withReady,
} from '../lib/calico/v3/cluster-information.ts';
import type { RecordPlace } from '../lib/etcd/record-store.ts';
import { getEntry } from '../lib/etcd/v3-get.ts';
import type { WriteOperation } from '../lib/etcd/v3-operation.ts';
import { type WriteResult, writeAll } from '../lib/etcd/v3-write.ts';
import { different, failedRun } from '../lib/run/failure.ts';

/** A node of 3.0 that starts writes its version to the same object. */
const TRIES = 20;

/**
 * Tells Calico 3.0 to work, or to wait. Throws a failure where there is no ClusterInformation, or somebody else changes it
 * again and again.
 */
export async function setV3Ready({ v3, fence, signal }: RecordPlace, ready: boolean): Promise<void> {
  const key = CLUSTER_INFORMATION_KEY;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const found = await getEntry(v3.connection, key, signal);
    const text = found?.value.toString();
    const value = text === undefined ? undefined : withReady(text, ready);
    if (!found || value === undefined) {
      throw different(
        `etcd v3: ${key} is ${found ? 'no ClusterInformation' : 'missing'}: abort, then start again`,
      );
    }
    if (readClusterInformation(text)?.datastoreReady === ready) return;
    const put: WriteOperation = {
      kind: 'put',
      key,
      value: Buffer.from(value),
      guard: { modRevision: found.modRevision },
    };
    const results: WriteResult[] = [];
    await writeAll(v3.connection, [put], { fence, signal, onResult: (_, result) => results.push(result) });
    if (results[0] && 'revision' in results[0]) return;
  }
  throw failedRun(`etcd v3: ${key} is changed by somebody else again and again: start again`);
}
