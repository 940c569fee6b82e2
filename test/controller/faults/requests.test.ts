import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LOCK_NAME } from '../../../controller/lock/record.ts';
import type { Fault, FaultAction } from '../../faults/fault.ts';
import { STORED_WRITES } from '../../jobs/kill-points.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { LEASE_SECONDS, type ProxiedWorld, startProxiedWorld } from './proxied-world.ts';
import { type Rounds, startRounds } from './rounds.ts';

const PASSWORD = 'correct-horse-battery-staple';

/** Longer than the lock lasts without being renewed. */
const AWAY_MS = (LEASE_SECONDS * 1000 * 2) / 3 + 1_000;

/** Four of them are followed during a rollout, beside that of the CalicoUpgrades. */
const WATCHES = 15;

/** Without the lock: each time that it is lost takes its lease (see hold-lock.test.ts). */
const NOT_THE_LOCK = { path: new RegExp(`^(?!.*/configmaps/${LOCK_NAME}$)`) };

/** Each in turn, by chance: the seeds are fixed. */
const byChance = (probability: number, actions: readonly FaultAction[]): readonly Fault[] =>
  actions.map((action, index) => ({ match: NOT_THE_LOCK, probability, seed: index + 1, action }));

// F3, from the deletion of the first pod on.
const TROUBLES: readonly (readonly [what: string, faults: readonly Fault[]])[] = [
  [
    'answers 429 with Retry-After, 500 and 503',
    byChance(0.15, [
      { do: 'status', code: 429, retryAfterSeconds: 1 },
      { do: 'status', code: 500 },
      { do: 'status', code: 503 },
    ]),
  ],
  [
    'resets connections, before and after it did what it was asked',
    byChance(0.15, [{ do: 'reset' }, { do: 'reset-after' }]),
  ],
  [
    'does not answer for seconds',
    byChance(0.07, [
      { do: 'stall', ms: 1_000 },
      { do: 'stall-after', ms: 1_000 },
    ]),
  ],
  ['is away for a time', [{ action: { do: 'away', ms: AWAY_MS } }]],
];

const GONE = `${JSON.stringify({
  type: 'ERROR',
  object: {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Expired', code: 410 },
    message: 'too old resource version: 1 (2)',
  },
})}\n`;

/** The next watches, one after the other. */
const watchesEnd = (last: string): Fault => ({
  match: { path: /[?&]watch=true/ },
  times: WATCHES,
  action: { do: 'end', ms: 300, last },
});

describe('an upgrade of which the API server', () => {
  let world: ProxiedWorld;
  let rounds: Rounds;
  let controller: ControllerProcess;
  before(async () => {
    world = await startProxiedWorld({
      nodes: 3,
      calico: { release: '2.6.2', updateStrategy: 'RollingUpdate', env: { ETCD_PASSWORD: PASSWORD } },
      behaviour: () => ({ pullMs: 50, readyMs: 400 }),
    });
    rounds = startRounds(world);
    controller = world.startController({ nodeName: 'n1', env: { CALICO_UPGRADE_LOG_LEVEL: 'debug' } });
    await controller.says('this controller is the one at work');
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** Spoils requests from the moment on when the first pod of calico-node is deleted. */
  function spoilFromDeletion(faults: readonly Fault[]): void {
    const call = (): void => world.proxy.setFaults(faults);
    const match = { methods: ['DELETE'], path: /\/pods\/calico-node/ };
    world.proxy.setFaults([{ match, action: { do: 'call', when: 'after', call } }]);
  }

  for (const [what, faults] of TROUBLES) {
    test(`${what} in the middle of a node is complete`, async () => {
      world.proxy.reset();
      spoilFromDeletion(faults);
      await rounds.begin();
      await rounds.complete();
      assert.ok(world.proxy.requests.some(({ fault }) => fault !== undefined && fault !== 'call'));
    });
  }

  test('meets other writers all the time is complete', async () => {
    world.proxy.reset();
    const action: FaultAction = { do: 'status', code: 409 };
    world.proxy.setFaults([{ match: STORED_WRITES, probability: 0.3, seed: 7, action }]);
    await rounds.begin();
    await rounds.complete();
  });

  for (const [what, last] of [
    ['closes watches after a moment', ''],
    ['forgets the revisions that watches go on from (410 Gone)', GONE],
  ] as const) {
    test(`${what} is complete`, async () => {
      world.proxy.reset();
      world.proxy.setFaults([watchesEnd(last)]);
      // What is followed already goes on for a time, unless it is cut.
      await world.proxy.away(10);
      await rounds.begin();
      await rounds.complete();
      assert.ok(world.proxy.requests.filter(({ fault }) => fault === 'end').length > 5);
    });
  }

  // F20
  test('has no secret in what the controller says', async () => {
    const all = ['calicoupgrades', 'nodes', 'events', 'jobs.batch'].join();
    const { stdout } = await world.cluster.kubectl(['get', all, '-A', '-o', 'json']);
    assert.match(stdout, /CalicoNodeReplaced/);
    for (const text of [stdout, controller.log()]) {
      for (const secret of [PASSWORD, world.token]) assert.ok(!text.includes(secret));
    }
  });
});
