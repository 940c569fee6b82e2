import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import type { PodBehaviour } from '../../kubelets/behaviour.ts';
import { cordonedNodes, deletedOn, newPodOn, useLiveRollout } from './live-rollout.ts';

const live = useLiveRollout({ nodes: 2, calico: { release: '2.6.2' } });

const NEVER = { name: 'Mesh_10_88_0_12', establishedAfterMs: Number.POSITIVE_INFINITY };

/** Upgrades, with a new pod on n1 that behaves so, until a phase. */
async function upgradeUntil(
  phase: 'Stopped' | 'Complete',
  newPod: PodBehaviour,
  { oldPods = {}, rollout = {} }: { readonly oldPods?: PodBehaviour; readonly rollout?: object } = {},
): Promise<UpgradeStatus> {
  await live.startAnew(newPodOn(['n1'], () => newPod, oldPods));
  const name = await live.upgrade({ rollout: { gracefulRestartSeconds: 2, ...rollout } });
  return live.untilPhase(name, phase);
}

function assertOnlyN1Touched(): void {
  assert.deepEqual(deletedOn(live.world), ['n1']);
  assert.deepEqual(cordonedNodes(live.world), ['n1']);
}

describe('BGP of a replaced node', () => {
  it('that is never Established stops the rollout, and the message has the session and its state', async () => {
    const { message } = await upgradeUntil('Stopped', { bird: { sessions: [NEVER] } });
    assert.match(
      message,
      /n1: 2 s after the deletion it still waits for BGP of Pod \S+ \(Mesh_10_88_0_12 Active Socket: Connection refused\)/,
    );
    assertOnlyN1Touched();
  });

  it('that is Established late, within the budget, is waited for and counted', async () => {
    const sessions = [{ ...NEVER, establishedAfterMs: 900 }];
    const { slowestNodes } = await upgradeUntil(
      'Complete',
      { bird: { sessions } },
      { rollout: { gracefulRestartSeconds: 4 } },
    );
    const [slowest] = slowestNodes ?? [];
    assert.ok(
      slowest?.node === 'n1' && slowest.seconds >= 0.9 && slowest.seconds < 4,
      `${slowest?.seconds} s`,
    );
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
  });

  it('that BIRD still recovers after a graceful restart keeps its node cordoned', async () => {
    const rollout = { gracefulRestartSeconds: 6 };
    await upgradeUntil('Complete', { bird: { recoveryMs: 1_000 } }, { rollout });
    const at = (what: string) => live.world.kubelets.history().find(entry => entry.what === what)?.atMs ?? 0;
    assert.ok(at('uncordoned') - at('cordoned') >= 1_000);
  });

  it('that cannot be asked for stops the rollout', async () => {
    const { message } = await upgradeUntil('Stopped', { exec: 'refused' });
    assert.match(message, /n1: 2 s after the deletion it still waits for BGP of Pod \S+ \(exec in .*500\)/);
    assertOnlyN1Touched();
  });

  it('where birdcl fails stops the rollout', async () => {
    const { message } = await upgradeUntil('Stopped', { exec: 1 });
    assert.match(message, /birdcl fails with exit code 1/);
    assertOnlyN1Touched();
  });

  it('is not looked at where bgpCheck is false', async () => {
    await upgradeUntil('Complete', { bird: { sessions: [NEVER] } }, { rollout: { bgpCheck: false } });
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
  });

  it('expects nothing of a session that was down already before', async () => {
    const bird = { sessions: [NEVER, { name: 'Mesh_10_88_0_13' }] };
    await upgradeUntil('Complete', { bird }, { oldPods: { bird } });
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
  });
});
