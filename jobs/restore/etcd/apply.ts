import { CALICO_VERSION_KEY } from '../../lib/calico/v1/model-keys.ts';
import type { EtcdV2 } from '../../lib/etcd/v2.ts';
import { type ExportedNode, readExport } from '../../lib/etcd/v2-export.ts';
import type { BackupFiles } from '../../lib/run/backup.ts';
import { forEachConcurrently } from '../../lib/run/concurrency.ts';
import type { Log } from '../../lib/run/log.ts';
import { READY_KEY } from '../../lib/run/migration-facts.ts';
import { startProgress } from '../../lib/run/progress.ts';
import type { V1Plan } from './plan.ts';

/** Writes under way at a time: more than the client has connections help nothing. */
const IN_FLIGHT = 8;

/** Written last, in this order: without them nobody takes what is there for whole, or works on it. */
const LAST: readonly string[] = [CALICO_VERSION_KEY, READY_KEY];

export interface V1Target {
  readonly v2: EtcdV2;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What a run has written so far. */
export interface V1Done {
  created: number;
  overwritten: number;
}

/** Creates what is missing, and with `overwrite` puts back what differs and is still as it was planned. */
export async function applyV1(
  target: V1Target,
  files: BackupFiles,
  plan: V1Plan,
  overwrite: boolean,
  done: V1Done,
): Promise<void> {
  const isWanted = (key: string): boolean => plan.create.has(key) || (overwrite && plan.differ.has(key));
  const last = new Map<string, ExportedNode>();
  const first = function* (): Generator<ExportedNode> {
    for (const node of readExport(files)) {
      if (!isWanted(node.key)) continue;
      if (LAST.includes(node.key)) last.set(node.key, node);
      else yield node;
    }
  };
  const total = plan.create.size + (overwrite ? plan.differ.size : 0);
  const progress = startProgress(target.log, 'keys of etcd v2', total);
  const write = async (node: ExportedNode): Promise<void> => {
    await putBack(target, node, plan.differ.get(node.key), done);
    progress.add();
  };
  await forEachConcurrently(first(), IN_FLIGHT, write, target.signal);
  for (const key of LAST) {
    const node = last.get(key);
    if (node) await write(node);
  }
}

async function putBack(
  { v2, log, signal }: V1Target,
  { key, value }: ExportedNode,
  present: string | undefined,
  done: V1Done,
): Promise<void> {
  if (key.endsWith('/')) {
    if ((await v2.makeDirectory(key.slice(0, -1), signal)) === 'made') done.created += 1;
    return;
  }
  const overwriting = present !== undefined;
  const result = overwriting
    ? await v2.compareAndSwap(key, present, value, signal)
    : await v2.create(key, value, signal);
  if (!('index' in result)) log.warn(`${key} was changed in the meantime, and is left as it is`);
  else if (overwriting) done.overwritten += 1;
  else done.created += 1;
}
