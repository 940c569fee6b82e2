import assert from 'node:assert/strict';
import type { RecordedRequest } from '../faults/fault.ts';
import type { FaultProxy } from '../faults/proxy.ts';
import type { JobProcess } from './job-process.ts';

/** Requests that store or delete something; reviews of rights are sent by POST, and do neither. */
export const STORED_WRITES = { writes: true, path: /^(?!.*subjectaccessreviews)/ };

/** Where a run is killed. */
export interface KillPoint {
  /** Whether the server has carried the write out when the run dies. */
  readonly when: 'before' | 'after';
  /** The write, counted from 1. */
  readonly at: number;
  /** `after DELETE /apis/…`. */
  readonly text: string;
}

/**
 * Every state that a run which is killed can leave, from the requests of a whole one: the one before its first write,
 * and that after each. A run that dies just before a later write has left the state after the write before.
 */
export function killPoints(requests: readonly RecordedRequest[]): readonly KillPoint[] {
  const writes = requests.filter(({ method, path }) => method !== 'GET' && STORED_WRITES.path.test(path));
  const after = writes.map(({ method, path }, index) => ({
    when: 'after' as const,
    at: index + 1,
    text: `after ${method} ${path}`,
  }));
  return [{ when: 'before', at: 1, text: 'before the first write' }, ...after];
}

/** Kills a run (SIGKILL) that goes through the proxy. Fails where it ends before it comes to the write. */
export async function killAt(
  proxy: FaultProxy,
  start: () => JobProcess,
  { when, at }: KillPoint,
): Promise<void> {
  const exited = Promise.withResolvers<void>();
  const call = () => {
    job.child.kill('SIGKILL');
    return exited.promise;
  };
  proxy.reset();
  proxy.setFaults([{ match: STORED_WRITES, at, action: { do: 'call', when, call } }]);
  const job = start();
  job.child.once('exit', () => exited.resolve());
  const { stdout } = await job.result;
  proxy.reset();
  assert.equal(job.child.signalCode, 'SIGKILL', `write ${at} was not reached: ${stdout}`);
}
