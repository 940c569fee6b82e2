import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedNodes } from '../../../controller/rollout/counts.ts';
import { ANYWHERE, decided, marked, newPod, node, oldPod, type Sight, told, waitingNodes } from './facts.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `n${at + 1}`);

/** The given nodes instead of those of the same name, everything else as it was. */
function withPods(sight: ReturnType<typeof waitingNodes>, ...pods: NonNullable<Sight['pods']>): Sight {
  const changed = new Set(pods.map(pod => pod.node));
  return { ...sight, pods: [...sight.pods.filter(pod => !changed.has(pod.node)), ...pods] };
}

describe('maxUnavailable', () => {
  const cases: readonly (readonly [number | string, number, number])[] = [
    [1, 100, 1],
    [3, 100, 3],
    ['10%', 25, 2],
    ['10%', 3, 1],
    ['100%', 7, 7],
  ];
  for (const [limit, total, allowed] of cases) {
    it(`allows ${allowed} of ${total} nodes with ${limit}`, () => {
      assert.equal(allowedNodes(limit, total), allowed);
    });
  }

  it('is one node, unless somebody says more', () => {
    assert.deepEqual(told(decided(waitingNodes('n1', 'n2', 'n3'))), ['begin n1']);
  });

  it('may be a share of the nodes of the rollout', () => {
    const sight = waitingNodes(...names(10));
    assert.deepEqual(told(decided(sight, { maxUnavailable: '25%', prePullParallel: 10 })), [
      'begin n1',
      'begin n2',
    ]);
  });

  it('counts a node whose replacement is under way', () => {
    const sight = waitingNodes('n1', 'n2', 'n3');
    const nodes = [marked('n1'), node('n2'), node('n3')];
    const open = { ...sight, nodes, pods: [oldPod('n2'), oldPod('n3')], deletedAt: { n1: 0 } };
    assert.deepEqual(told(decided(open)), []);
    assert.deepEqual(told(decided(open, { maxUnavailable: 2 })), ['begin n2']);
  });

  it('counts a node from the decision on, before its mark is seen', () => {
    const sight = { ...waitingNodes('n1', 'n2', 'n3'), busy: { n1: 'begin' as const } };
    assert.deepEqual(told(decided(sight)), []);
    assert.deepEqual(told(decided(sight, { maxUnavailable: 2 })), ['begin n2']);
  });

  it('counts nodes that have the target but do not work', () => {
    const sight = withPods(waitingNodes('n1', 'n2', 'n3'), newPod('n1', { isReady: false }));
    const stopped = decided(sight);
    assert.deepEqual(told(stopped), []);
    assert.equal(stopped.blocked?.text, 'calico-node is not Ready on n1 (Pod calico-node-n1-b)');
    assert.deepEqual(told(decided(sight, { maxUnavailable: 2 })), ['begin n2']);
  });

  it('is the same in the way, whatever kubelet calls it and whether the pod is there', () => {
    const sight = waitingNodes('n1', 'n2', 'n3');
    const crashing = (reason: string) =>
      withPods(
        sight,
        newPod('n1', { isReady: false, trouble: { container: 'calico-node', reason, message: '' } }),
      );
    const gone = { ...sight, pods: [oldPod('n2'), oldPod('n3')] };
    const blocks = [crashing('CrashLoopBackOff'), crashing('Error'), gone].map(one => decided(one).blocked);
    assert.deepEqual(new Set(blocks.map(block => block?.key)), new Set(['unavailable n1']));
    assert.equal(new Set(blocks.map(block => block?.text)).size, 3);
  });

  it('counts nodes without a pod', () => {
    const sight = { ...waitingNodes('n1', 'n2'), pods: [oldPod('n2')] };
    assert.equal(decided(sight).blocked?.text, 'calico-node is not Ready on n1 (no pod)');
  });

  it('lets a node that does not work be replaced, one at a time', () => {
    const broken = { isReady: false, isRunning: false };
    const sight = withPods(waitingNodes('n1', 'n2', 'n3'), oldPod('n2', broken), oldPod('n3', broken));
    assert.deepEqual(told(decided(sight)), ['begin n2']);
  });

  it('counts a node that went away in its window until the budget is over', () => {
    const sight = waitingNodes('n1', 'n2');
    const nodes = [marked('n1', { isReady: false }), node('n2')];
    const lost = { ...sight, nodes, pods: [oldPod('n2')], deletedAt: { n1: 0 }, acknowledged: ['n1'] };
    assert.deepEqual(told(decided({ ...lost, now: 89_000 }, { maxSkipped: 1 })), []);
    const later = decided({ ...lost, now: 91_000 }, { maxSkipped: 1 });
    assert.deepEqual(told(later), ['begin n2']);
    assert.deepEqual(later.skipped, [{ node: 'n1', reason: 'the node is not Ready' }]);
  });
});

describe('nodes that are not Ready', () => {
  const away = (...all: readonly string[]) => all.map(name => node(name, { isReady: false }));

  it('are left out and reported, and do not count as unavailable', () => {
    const sight = { ...waitingNodes('n2', 'n3'), nodes: [...away('n1'), node('n2'), node('n3')] };
    const decision = decided(sight);
    assert.deepEqual(told(decision), ['begin n2']);
    assert.deepEqual(decision.skipped, [{ node: 'n1', reason: 'the node is not Ready' }]);
    assert.deepEqual(decision.counts, { total: 3, updated: 0, current: 0, skipped: 1 });
  });

  it('stop the rollout where they are more than maxSkipped', () => {
    const sight = { ...waitingNodes('n3'), nodes: [...away('n1', 'n2'), node('n3')] };
    const decision = decided(sight, { maxSkipped: 1 });
    assert.deepEqual(told(decision), []);
    assert.match(
      decision.blocked?.text ?? '',
      /^2 nodes would have to be left out, more than maxSkipped allows \(1\)/,
    );
    assert.deepEqual(told(decided(sight, { maxSkipped: '70%' })), ['begin n3']);
  });

  it('let it end where they are all that is left', () => {
    const sight = { nodes: [...away('n1'), node('n2')], pods: [newPod('n2')] };
    assert.equal(decided(sight).isDone, true);
  });

  it('do not make it end where they are more than maxSkipped', () => {
    const sight = { nodes: [...away('n1', 'n2'), node('n3')], pods: [newPod('n3')] };
    assert.equal(decided(sight).isDone, false);
    assert.equal(decided(sight, {}, false).isDone, false);
  });
});

describe('spread', () => {
  const rack = (name: string, value: string) => node(name, { labels: { rack: value } });
  const nodes = [rack('n1', 'a'), rack('n2', 'a'), rack('n3', 'b'), node('n4')];
  const limits = { spread: 'rack', maxUnavailable: 10 };

  it('never lets two nodes of one value be down at once', () => {
    assert.deepEqual(told(decided(waitingNodes(...nodes), limits)), ['begin n1', 'begin n3', 'begin n4']);
  });

  it('counts those that are down for another reason, and says so where nothing else is left', () => {
    const sight = withPods(
      waitingNodes(...nodes),
      newPod('n1', { isReady: false }),
      newPod('n3'),
      newPod('n4'),
    );
    const decision = decided(sight, limits);
    assert.equal(told(decision).includes('begin n2'), false);
    assert.equal(
      decision.blocked?.text,
      'n2 and n1 have the same rack (a), and calico-node does not work on n1',
    );
  });

  it('counts a node that is not Ready: a rack of which one node is away keeps the other', () => {
    const all = waitingNodes(rack('n1', 'a'), rack('n2', 'a'));
    const decision = decided(
      { ...all, nodes: [rack('n2', 'a'), node('n1', { isReady: false, labels: { rack: 'a' } })] },
      limits,
    );
    assert.equal(told(decision).includes('begin n2'), false);
    assert.equal(
      decision.blocked?.text,
      'n2 and n1 have the same rack (a), and calico-node does not work on n1',
    );
  });

  it('lets the node itself be replaced that is down', () => {
    const sight = withPods(waitingNodes(...nodes), oldPod('n1', { isReady: false }));
    assert.equal(told(decided(sight, { ...limits, maxUnavailable: 1 }))[0], 'begin n1');
  });
});

describe('minSecondsBetweenNodes', () => {
  const limits = { minSecondsBetweenNodes: 30 };

  it('is a pause after each node', () => {
    const early = decided({ ...waitingNodes('n1'), now: 129_000, finishedAt: 100_000 }, limits);
    assert.deepEqual([told(early), early.wakeMs], [[], 1_000]);
    const later = decided({ ...waitingNodes('n1'), now: 130_000, finishedAt: 100_000 }, limits);
    assert.deepEqual(told(later), ['begin n1']);
  });

  it('is no pause before the first one', () => {
    assert.deepEqual(told(decided(waitingNodes('n1'), limits)), ['begin n1']);
  });
});

describe('selector', () => {
  const ssd = node('n1', { labels: { disk: 'ssd' } });

  it('leaves all other nodes as they are, and out of the counts', () => {
    const decision = decided(waitingNodes(ssd, 'n2'), { selector: { disk: 'ssd' } });
    assert.deepEqual(told(decision), ['begin n1', 'endPull n2']);
    assert.equal(decision.counts.total, 1);
  });

  it('counts a node that it leaves out, and that is down, as any other', () => {
    const sight = waitingNodes(ssd, 'n2');
    const pods = [oldPod('n1'), oldPod('n2', { isReady: false })];
    const decision = decided({ ...sight, pods }, { selector: { disk: 'ssd' } });
    assert.deepEqual(told(decision), ['endPull n2']);
    assert.match(decision.message, /calico-node is not Ready on n2/);
    const two = decided({ ...sight, pods }, { selector: { disk: 'ssd' }, maxUnavailable: 2 });
    assert.deepEqual(told(two), ['begin n1', 'endPull n2']);
  });

  it('does not hold up the end for a node that it leaves out', () => {
    const pods = [newPod('n1'), oldPod('n2', { isReady: false })];
    assert.equal(decided({ nodes: [ssd, node('n2')], pods }, { selector: { disk: 'ssd' } }).isDone, true);
  });

  it('does not stop a node from being finished that has lost its label', () => {
    const sight = { nodes: [marked('n1')], pods: [newPod('n1')], deletedAt: { n1: 0 }, now: 1_000 };
    assert.deepEqual(told(decided(sight, { selector: { disk: 'ssd' }, checksBgp: false })), ['finish n1']);
  });

  it('of the DaemonSet itself leaves nodes out that get no pod', () => {
    const sight = { ...waitingNodes('n1'), nodes: [node('n1'), node('windows')] };
    const placement = { ...ANYWHERE, nodeSelector: { 'beta.kubernetes.io/os': 'linux' } };
    assert.equal(decided(sight, { placement }).counts.total, 1);
  });
});
