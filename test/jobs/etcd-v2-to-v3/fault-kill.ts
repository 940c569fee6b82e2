import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { FaultFilter } from '../../faults/fault.ts';
import { type FaultedRun, type FaultLane, type Side, setFaults } from './fault-lane.ts';

/** Whether etcd has carried the write out when the program dies. */
export type KillMoment = 'before' | 'after';

/** One write of a run: the n-th of an API. */
export interface WriteBoundary {
  readonly side: Side;
  readonly at: number;
  /** What it was in the run without faults: several are under way at a time, so that it may be another one. */
  readonly name: string;
}

/** The requests that change something. */
export const WRITES: Readonly<Record<Side, FaultFilter>> = {
  v2: { methods: ['PUT', 'DELETE'] },
  v3: { methods: ['WRITE'] },
};

/** The writes of a run. */
export function writesOf({ requests }: FaultedRun): readonly WriteBoundary[] {
  return (['v2', 'v3'] as const).flatMap(side =>
    requests[side]
      .filter(({ method }) => WRITES[side].methods?.includes(method))
      .map(({ path }, index) => ({ side, at: index + 1, name: path.replace(/^.*\.|\?.*$/g, '') })),
  );
}

/** Runs a command that is killed (SIGKILL) at one of its writes, and lets its lock run out, unless told not to. */
export async function killAt(
  lane: FaultLane,
  args: readonly string[],
  { side, at }: WriteBoundary,
  when: KillMoment,
  { expireLock = true }: { readonly expireLock?: boolean } = {},
): Promise<void> {
  const program: { job?: ReturnType<FaultLane['start']> } = {};
  const call = () => {
    const child = program.job?.child ?? assert.fail('a write before the start');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    return exited;
  };
  setFaults(lane.proxies, { [side]: [{ match: WRITES[side], at, action: { do: 'call', when, call } }] });
  program.job = lane.start(args);
  const { stdout, stderr } = await program.job.result;
  assert.equal(program.job.child.signalCode, 'SIGKILL', `write ${at} was not reached: ${stdout}${stderr}`);
  setFaults(lane.proxies, {});
  if (expireLock) await lane.expireLock();
}

export const boundaryName = ({ side, at, name }: WriteBoundary): string =>
  `etcd ${side}, write ${at}: ${name}`;
