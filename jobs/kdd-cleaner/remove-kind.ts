import type { KubeClient } from '../lib/kubernetes/client.ts';
import { type CrdKind, crdName } from '../lib/kubernetes/crd.ts';
import { remove } from '../lib/kubernetes/remove.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { monotonicMs, sleep } from '../lib/run/abort.ts';
import { different, failedRun } from '../lib/run/failure.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { KddCleanerOptions } from './options.ts';
import { readV3Kind, type V3Kind } from './v3-data.ts';
import type { Vault } from './vault.ts';

/** What the removal works with. */
export interface Removal {
  readonly client: KubeClient;
  readonly crds: Resource;
  readonly options: KddCleanerOptions;
  readonly run: Run;
  readonly vault: Vault;
}

/** How often objects that change are saved anew before it is called a moving target. */
const ROUNDS = 5;
const BETWEEN_LOOKS_MS = 250;

/** Deletes one definition, after its objects were read and saved once more; returns when all is gone. */
export async function removeKind(removal: Removal, { kind, definition }: V3Kind): Promise<void> {
  const { client, crds, run, vault } = removal;
  for (let round = 1; await vault.keep([await readV3Kind(client, crds, kind)]); round += 1) {
    if (round === ROUNDS)
      throw different(
        `${crdName(kind)} was not deleted: its objects kept changing. Find what of Calico 3.0 still runs`,
      );
  }
  if (definition) await remove(client, crds, definition);
  await waitUntilGone(removal, kind);
  run.stage('apply').info(`${crdName(kind)} is gone`);
}

/** The API server deletes the objects first. What appears meanwhile is saved. */
async function waitUntilGone({ client, crds, options, run, vault }: Removal, kind: CrdKind): Promise<void> {
  const deadline = monotonicMs() + options.wait * 1000;
  for (;;) {
    const now = await readV3Kind(client, crds, kind);
    if (await vault.keep([now])) {
      const place = vault.backups.at(-1)?.place ?? '';
      throw different(
        `objects of ${crdName(kind)} were made or changed while it was deleted: they are saved in ${place}. Find what of Calico 3.0 still runs, then start again`,
      );
    }
    if (!now.definition && now.objects.length === 0) return;
    if (monotonicMs() > deadline) {
      throw failedRun(
        `after ${options.wait} s ${crdName(kind)} is still there with ${countOf(now.objects.length, 'object')}: look for finalizers on them, and at the logs of the API servers, then start again`,
      );
    }
    await sleep(BETWEEN_LOOKS_MS, run.signal);
  }
}
