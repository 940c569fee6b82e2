import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fault } from '../../faults/fault.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { type ProxiedWorld, startProxiedWorld } from './proxied-world.ts';
import { type Rounds, startRounds } from './rounds.ts';

const AWAY_MS = 5 * 60_000;
const STALL_MS = 30_000;

// F3 in real time; requests.test.ts has shorter ones of the same.
describe('an upgrade of which the API server', () => {
  let world: ProxiedWorld;
  let rounds: Rounds;
  let controller: ControllerProcess;
  before(async () => {
    world = await startProxiedWorld({
      nodes: 3,
      calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
      behaviour: () => ({ pullMs: 50, readyMs: 400 }),
    });
    rounds = startRounds(world);
    controller = world.startController({ nodeName: 'n1', env: { CALICO_UPGRADE_LEASE_SECONDS: '15' } });
    await controller.says('this controller is the one at work');
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  for (const [what, fault] of [
    ['is away for 5 minutes', { action: { do: 'away', ms: AWAY_MS } }],
    ['does not answer for 30 s', { probability: 0.05, seed: 1, action: { do: 'stall', ms: STALL_MS } }],
  ] as const satisfies readonly (readonly [string, Fault])[]) {
    test(`${what} in the middle of a node is complete`, async () => {
      world.proxy.reset();
      const call = (): void => world.proxy.setFaults([fault]);
      const match = { methods: ['DELETE'], path: /\/pods\/calico-node/ };
      world.proxy.setFaults([{ match, action: { do: 'call', when: 'after', call } }]);
      await rounds.begin();
      await rounds.complete(AWAY_MS * 3);
      assert.ok(world.proxy.requests.some(({ fault: met }) => met === fault.action.do));
    });
  }
});
