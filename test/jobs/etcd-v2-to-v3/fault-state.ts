import assert from 'node:assert/strict';
import { READY } from './fault-data.ts';
import { readOutcome } from './fault-outcome.ts';
import type { FaultSuite } from './fault-suite.ts';

/**
 * Runs commands to their end, the first of them on data that was not migrated yet. Returns what brings both stores back
 * to how they then are: it takes less time than to run the commands again.
 */
export async function stateAfter(
  { lane, succeeds }: FaultSuite,
  ...commands: readonly (readonly string[])[]
): Promise<() => Promise<void>> {
  await lane.clean();
  for (const args of commands) await succeeds(args);
  const outcome = await readOutcome(lane);
  const snapshot = await lane.v3.snapshot();
  return async () => {
    await lane.v1.put(READY, String(outcome.v1[READY]));
    await lane.v3.restore(snapshot);
    assert.deepEqual(await readOutcome(lane), outcome);
  };
}
