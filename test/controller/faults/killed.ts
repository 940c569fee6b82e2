import { LOCK_FIELDS, LOCK_NAME, releasedAnnotations } from '../../../controller/lock/record.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { RecordedRequest } from '../../faults/fault.ts';
import { patch } from '../../jobs/edit.ts';
import type { ControllerProcess } from '../controller-process.ts';
import type { World } from '../world.ts';
import type { ProxiedWorld } from './proxied-world.ts';

/** Where a controller is killed: when a request arrives, which the server then never sees, or when it was answered. */
export interface KillPoint {
  readonly when: 'before' | 'after';
  readonly isAt: (request: RecordedRequest) => boolean;
}

/** Longer than any step of an upgrade in these tests takes. */
const REACHED_MS = 60_000;

/** Gives the lock of a controller that is dead back, as a person may do it who does not want to wait for the end of its lease. */
export async function freeLock({ client }: World): Promise<void> {
  const annotations = {
    ...Object.fromEntries(LOCK_FIELDS.map(field => [field, null])),
    ...releasedAnnotations('a person'),
  };
  const lock = { metadata: { name: LOCK_NAME, namespace: 'calico-upgrade' } };
  await patch(client, CONFIG_MAPS, lock, { metadata: { annotations } });
}

/** Kills (SIGKILL) a controller at its first request of that sort. Returns false where `over` ends before there is one. */
export async function killAt(
  { proxy }: ProxiedWorld,
  controller: ControllerProcess,
  { when, isAt }: KillPoint,
  over?: AbortSignal,
): Promise<boolean> {
  const killed = Promise.withResolvers<boolean>();
  let isKilled = false;
  const call = async (request: RecordedRequest): Promise<void> => {
    if (isKilled || !isAt(request)) return;
    isKilled = true;
    await controller.kill();
    killed.resolve(true);
  };
  proxy.reset();
  proxy.setFaults([
    { match: { writes: true }, times: Number.POSITIVE_INFINITY, action: { do: 'call', when, call } },
  ]);
  const onOver = (): void => killed.resolve(isKilled);
  over?.addEventListener('abort', onOver, { once: true });
  const timer = setTimeout(
    () => killed.reject(new Error(`never came to the write:\n${controller.log()}`)),
    REACHED_MS,
  );
  try {
    return await killed.promise;
  } finally {
    clearTimeout(timer);
    proxy.reset();
  }
}
