import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fault } from '../../faults/fault.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { useKilledWorld } from './killed-world.ts';

const AWAY_MS = 5 * 60_000;
const STALL_MS = 30_000;

// F3 in real time; requests.test.ts has shorter ones of the same.
describe('an upgrade of which the API server', () => {
  const live = useKilledWorld();
  let controller: ControllerProcess;
  before(async () => {
    controller = live.start();
    await controller.says('this controller is the one at work');
  });
  after(() => controller[Symbol.asyncDispose]());

  for (const [what, fault] of [
    ['is away for 5 minutes', { action: { do: 'away', ms: AWAY_MS } }],
    ['does not answer for 30 s', { probability: 0.05, seed: 1, action: { do: 'stall', ms: STALL_MS } }],
  ] as const satisfies readonly (readonly [string, Fault])[]) {
    test(`${what} in the middle of a node is complete`, async () => {
      const { proxy } = live.world;
      proxy.reset();
      const call = (): void => proxy.setFaults([fault]);
      const match = { methods: ['DELETE'], path: /\/pods\/calico-node/ };
      proxy.setFaults([{ match, action: { do: 'call', when: 'after', call } }]);
      await live.rounds.begin();
      await live.rounds.complete(AWAY_MS * 3);
      assert.ok(proxy.requests.some(({ fault: met }) => met === fault.action.do));
    });
  }
});
