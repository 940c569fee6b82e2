import type { RecordedRequest } from '../../faults/fault.ts';
import type { ControllerProcess } from '../controller-process.ts';
import type { ProxiedWorld } from './proxied-world.ts';

/** Where a controller is killed: when a request arrives, which the server then never sees, or when it was answered. */
export interface KillPoint {
  readonly when: 'before' | 'after';
  readonly isAt: (request: RecordedRequest) => boolean;
}

/** Longer than any step of an upgrade in these tests takes. */
const REACHED_MS = 60_000;

/** Kills (SIGKILL) a controller at its first request of that sort. */
export async function killAt(
  { proxy }: ProxiedWorld,
  controller: ControllerProcess,
  { when, isAt }: KillPoint,
): Promise<void> {
  const killed = Promise.withResolvers<void>();
  let isKilled = false;
  const call = async (request: RecordedRequest): Promise<void> => {
    if (isKilled || !isAt(request)) return;
    isKilled = true;
    await controller.kill();
    killed.resolve();
  };
  proxy.reset();
  proxy.setFaults([
    { match: { writes: true }, times: Number.POSITIVE_INFINITY, action: { do: 'call', when, call } },
  ]);
  const timer = setTimeout(
    () => killed.reject(new Error(`never came to the write:\n${controller.log()}`)),
    REACHED_MS,
  );
  try {
    await killed.promise;
  } finally {
    clearTimeout(timer);
    proxy.reset();
  }
}
