import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { isCalicoNode, mostDown, outagesIn } from '../../kubelets/outages.ts';
import { deletedOn, kubectl, useLiveRollout } from './live-rollout.ts';

const RACKS = { n1: 'a', n2: 'a', n3: 'b', n4: 'b', n5: 'c', n6: 'c' } as const;
const PLACES = { n1: '30', n2: '4', n3: '20', n4: '3', n5: '10', n6: '2' } as const;
const NODES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'] as const;

const place = (node: string): number => Number(NODES.flatMap(n => (n === node ? [PLACES[n]] : []))[0]);
const rack = (node: string): string | undefined => NODES.flatMap(n => (n === node ? [RACKS[n]] : []))[0];

const live = useLiveRollout({
  nodes: NODES,
  labels: name => ({ rack: rack(name) ?? '', place: String(place(name)) }),
  calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
});

const history = () => live.world.kubelets.history();

/** Every time that two nodes were down at once. */
function overlaps(): readonly (readonly [string, string])[] {
  const outages = outagesIn(history(), isCalicoNode);
  return outages.flatMap((one, index) =>
    outages
      .slice(index + 1)
      .flatMap(other =>
        other.fromMs < (one.toMs ?? Number.POSITIVE_INFINITY) ? [[one.node, other.node] as const] : [],
      ),
  );
}

describe('a rollout within its limits', () => {
  it('replaces maxUnavailable nodes at once, in the order of a label, and never two of one rack', async () => {
    await live.startAnew(() => ({ readyMs: 600 }));
    const order = { order: 'label', orderLabel: 'place', spread: 'rack' };
    const name = await live.upgrade({ rollout: { ...order, maxUnavailable: 2 } });
    await live.untilPhase(name, 'Complete');
    assert.equal(mostDown(history()).length, 2);
    for (const [one, other] of overlaps()) assert.notEqual(rack(one), rack(other), `${one} and ${other}`);
    // Two are begun in the same moment.
    assert.ok(deletedOn(live.world).slice(0, 2).includes('n6'));
    assert.deepEqual(deletedOn(live.world).toSorted(), NODES);
  });

  it('by a label goes through the nodes as numbers, when they go one by one', async () => {
    await live.startAnew();
    const name = await live.upgrade({ rollout: { order: 'label', orderLabel: 'place' } });
    await live.untilPhase(name, 'Complete');
    assert.deepEqual(
      deletedOn(live.world),
      NODES.toSorted((a, b) => place(a) - place(b)),
    );
    assert.equal(mostDown(history()).length, 1);
  });

  it('counts a calico-node that was down before, replaces it first, and takes a share of the nodes for a limit', async () => {
    await live.startAnew((pod, node) => {
      if (node !== 'n6' || !isCalicoNode(pod)) return { readyMs: 100 };
      return { readyMs: pod.containers[0]?.image.endsWith(':v2.6.12') ? 2_500 : Number.POSITIVE_INFINITY };
    }, 5);
    const name = await live.upgrade({ rollout: { maxUnavailable: '34%' } });
    await live.untilPhase(name, 'Complete');
    assert.equal(deletedOn(live.world)[0], 'n6');
    const n6Ready = history().find(({ what, node }) => what === 'pod-ready' && node === 'n6')?.atMs ?? 0;
    const outages = outagesIn(history(), isCalicoNode).filter(({ node }) => node !== 'n6');
    for (const { node, fromMs, toMs = 0 } of outages.filter(one => one.fromMs < n6Ready)) {
      const others = outages.filter(
        other => other.node !== node && other.fromMs < toMs && (other.toMs ?? 0) > fromMs,
      );
      assert.deepEqual(others, [], `beside n6 and ${node}`);
    }
    assert.ok(
      outages.some(({ toMs = 0 }) => toMs < n6Ready),
      'one more goes on meanwhile',
    );
  });

  it('of a selector replaces its nodes alone, with the seconds between them, and Kubernetes none of the others', async () => {
    await live.startAnew();
    const name = await live.upgrade({ rollout: { selector: { rack: 'a' }, minSecondsBetweenNodes: 2 } });
    const status = await live.untilPhase(name, 'Complete');
    assert.deepEqual(status.nodes, { total: 2, updated: 2, current: 0, skipped: 0, failed: 0 });
    assert.match(status.message, /4 nodes that spec.rollout.selector leaves out are as before/);
    await sleep(1_500);
    assert.deepEqual(deletedOn(live.world), ['n1', 'n2']);
    const at = (what: string, node: string) =>
      history().find(entry => entry.what === what && entry.node === node)?.atMs ?? 0;
    assert.ok(at('cordoned', 'n2') - at('uncordoned', 'n1') >= 1_900, 'two seconds between');
    const rest = await live.upgrade();
    await live.untilPhase(rest, 'Complete');
    assert.deepEqual(deletedOn(live.world), NODES, 'the next upgrade replaces the others');
    await sleep(500);
    const strategy = [
      'get',
      'ds',
      'calico-node',
      '-n',
      'kube-system',
      '-o',
      'jsonpath={.spec.updateStrategy.type}',
    ];
    assert.equal(await kubectl(live.world, strategy), 'RollingUpdate');
  });
});
