import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isCalicoNode, mostDown } from '../../kubelets/outages.ts';
import { startWorld, type World } from '../world.ts';

describe('an upgrade from 2.5 to 2.6 on three nodes', () => {
  let world: World;
  before(async () => {
    world = await startWorld({
      nodes: 3,
      calico: { release: '2.5.1', updateStrategy: 'RollingUpdate' },
      behaviour: () => ({ pullMs: 50, readyMs: 100 }),
    });
  });
  after(() => world[Symbol.asyncDispose]());

  test('replaces calico-node node by node and is complete, with a spec of only the target version', async () => {
    await using controller = world.startController({ nodeName: 'n1' });
    await world.apply('to-2.6', { targetVersion: 'v2.6.12' });
    await controller.says('is upgraded to 2.6.12');
    await world.until('to-2.6', 'Complete', ({ phase }) => phase === 'Complete');
    const images = await world.nodeImages();
    assert.deepEqual([...new Set(images.values())], ['quay.io/calico/node:v2.6.12']);
    const deleted = world.kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'calico-node');
    assert.deepEqual(
      deleted.map(({ node }) => node),
      ['n2', 'n3', 'n1'],
    );
    assert.equal(mostDown(world.kubelets.history(), isCalicoNode).length, 1);
  });
});
