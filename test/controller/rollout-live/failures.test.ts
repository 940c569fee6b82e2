import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { CRASH_LOOP, type PodBehaviour } from '../../kubelets/behaviour.ts';
import { waitFor } from '../world.ts';
import { cordonedNodes, deletedOn, kubectl, newPodOn, patchSpec, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({ nodes: 3, calico: { release: '2.6.2' } });
const rollout = { gracefulRestartSeconds: 3 };

/** Upgrades, with a pod on n1 that behaves so; returns the name and what the stop says. */
async function untilStopped(behaviour: () => PodBehaviour): Promise<[string, UpgradeStatus]> {
  await live.startAnew(newPodOn(['n1'], behaviour));
  const name = await live.upgrade({ rollout });
  return [name, await live.untilPhase(name, 'Stopped')];
}

function assertOnlyN1Touched(): void {
  assert.deepEqual(deletedOn(live.world), ['n1']);
  assert.deepEqual(cordonedNodes(live.world), ['n1']);
}

describe('a replacement that fails (F11)', () => {
  it('with an image that cannot be pulled stops the rollout: the message has node, reason and what to do', async () => {
    const [name, status] = await untilStopped(() => {
      live.world.kubelets.images('n1').clear();
      return { pullFailure: () => 'missing', backOffMs: 300 };
    });
    assert.match(status.message, /n1: 3 s after the deletion .*(ImagePullBackOff|ErrImagePull)/);
    assert.match(status.message, /No other node is touched/);
    assert.ok(
      status.message.includes(
        `To go on: kubectl patch calicoupgrade ${name} --type merge -p '{"spec":{"resume":"1"}}'`,
      ),
    );
    assert.equal(status.nodes?.failed, 1);
    assert.deepEqual(
      status.attention?.map(({ node }) => node),
      ['n1'],
    );
    assertOnlyN1Touched();
  });

  it('in a crash loop stops the rollout at once, and its pod is not deleted again', async () => {
    const [, status] = await untilStopped(() => ({ ...CRASH_LOOP, backOffMs: 200 }));
    assert.match(status.message, /n1: calico-node in Pod calico-node-\w+ ended and was started again/);
    await sleep(1_000);
    assertOnlyN1Touched();
  });

  it('only just not is a success: Ready a little before the end of the budget', async () => {
    await live.startAnew(newPodOn(['n1'], () => ({ readyMs: 1_800 })));
    const name = await live.upgrade({ rollout });
    const { slowestNodes: [slowest] = [] } = await live.untilPhase(name, 'Complete');
    assert.equal(slowest?.node, 'n1');
    assert.ok(slowest.seconds >= 1.8 && slowest.seconds < 3, `${slowest.seconds} s`);
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n3']);
  });

  it('by a little too late stops the rollout although it came up, and spec.resume goes on', async () => {
    const [name, status] = await untilStopped(() => ({ readyMs: 4_000 }));
    assert.match(status.message, /n1: 3 s after the deletion it still waits for Pod \S+ to be Ready/);
    const { history } = live.world.kubelets;
    const isUncordoned = () => history().some(({ what, node }) => what === 'uncordoned' && node === 'n1');
    await waitFor('the uncordon of n1', async () => isUncordoned());
    await sleep(500);
    assert.equal((await live.world.status(name))?.phase, 'Stopped');
    assertOnlyN1Touched();
    await patchSpec(live.world, name, { resume: '1' });
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2', 'n3']);
  });

  it('for ever waits for a person: resuming touches no other node before calico-node works again', async () => {
    const [name] = await untilStopped(() => ({ readyMs: Number.POSITIVE_INFINITY }));
    await patchSpec(live.world, name, { resume: '1' });
    await live.untilPhase(name, 'Progressing');
    await sleep(1_000);
    assertOnlyN1Touched();
    live.world.kubelets.setBehaviour(() => ({}));
    const pods = ['delete', 'pods', '-n', 'kube-system', '--field-selector', 'spec.nodeName=n1'];
    await kubectl(live.world, pods);
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(deletedOn(live.world), ['n1', 'n1', 'n2', 'n3']);
  });

  it('after it was Ready for a moment stops the rollout', async () => {
    const late = [{ name: 'Mesh_10_88_0_12', establishedAfterMs: 2_000 }];
    const [, status] = await untilStopped(() => ({ readyForMs: 300, bird: { sessions: late } }));
    assert.match(status.message, /n1: 3 s after the deletion it still waits for Pod \S+ to be Ready/);
    assertOnlyN1Touched();
  });

  it('after it was finished holds up the next node', async () => {
    await live.startAnew(newPodOn(['n1'], () => ({ readyForMs: 700 })));
    const name = await live.upgrade({ rollout: { ...rollout, minSecondsBetweenNodes: 2 } });
    await live.world.until(name, 'that it waits', ({ message }) => /not Ready on n1/.test(message));
    await sleep(2_500);
    assertOnlyN1Touched();
  });
});
