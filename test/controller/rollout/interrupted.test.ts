import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Replacing } from '../../../controller/rollout/marks.ts';
import { decided, established, marked, newPod, node, oldPod, pullPod, type Sight, told } from './facts.ts';

const SINCE = '2017-11-29T09:00:00Z';
const mark = (changes: Partial<Replacing> = {}): Replacing => ({
  revision: 'new',
  pod: 'old-n1',
  since: SINCE,
  down: [],
  ...changes,
});

const failed = (sight: Sight): string =>
  decided(sight)
    .failures.map(({ reason }) => reason)
    .join();

describe('a window that another controller opened', () => {
  const adopted = (now: number, rest: Partial<Sight> = {}): Sight => ({
    now,
    nodes: [marked('n1')],
    pods: [newPod('n1', { readySince: '2017-11-29T09:00:20Z' })],
    deletedAt: { n1: 0 },
    adopted: ['n1'],
    ...rest,
  });

  it('is no failure because nobody asked for BGP in time', () => {
    const decision = decided(adopted(200_000));
    assert.deepEqual([told(decision), decision.failures], [['ask n1'], []]);
  });

  it('took as long as kubelet says', () => {
    const [action] = decided(adopted(200_000, { bgp: { 'new-n1': established(200_000) } })).actions;
    assert.deepEqual(action?.type === 'finish' && action.seconds, 20);
  });

  it('is a failure where BGP is not up when it is asked', () => {
    const bgp = { ...established(200_000), establishedAt: undefined, problem: 'Mesh_10_88_0_12 Active' };
    assert.match(
      failed(adopted(200_000, { bgp: { 'new-n1': bgp } })),
      /BGP of Pod .* \(Mesh_10_88_0_12 Active\)$/,
    );
  });

  it('is a failure where its pod is not Ready in time', () => {
    const pods = [newPod('n1', { isReady: false })];
    assert.match(failed(adopted(91_000, { pods })), /^91 s after the deletion/);
  });
});

describe('a note that somebody edited or deleted', () => {
  const edited = (rest: Partial<Sight>): Sight => ({
    nodes: [marked('n1', { replacing: undefined })],
    deletedAt: { n1: 0 },
    ...rest,
  });

  it('leaves a cordon that goes when the new pod works, without a time', () => {
    const sight = edited({ pods: [newPod('n1')], bgp: { 'new-n1': established(5_000) }, now: 6_000 });
    const [action] = decided(sight).actions;
    assert.deepEqual(action, { type: 'finish', node: sight.nodes[0], seconds: undefined });
  });

  it('does not make a wait endless: neither for Ready nor for a pod', () => {
    assert.match(failed(edited({ pods: [newPod('n1', { isReady: false })], now: 91_000 })), /to be Ready$/);
    assert.match(failed(edited({ now: 91_000 })), /the DaemonSet to make a pod$/);
  });

  it('lets a node that has its old pod have its turn again', () => {
    const sight = edited({ pods: [oldPod('n1')], prePulls: [pullPod('n1')] });
    assert.deepEqual(told(decided(sight)), ['ask n1'], 'it may have been replaced a moment ago');
    assert.deepEqual(told(decided({ ...sight, bgp: { 'old-n1': established(0) } })), ['begin n1']);
  });

  it('together with the cordon is forgotten: what the pod shows counts', () => {
    const gone = { nodes: [node('n1'), node('n2')], prePulls: [pullPod('n2')] };
    const pods = [newPod('n1', { isReady: false }), oldPod('n2')];
    assert.match(decided({ ...gone, pods }).blocked?.text ?? '', /^calico-node is not Ready on n1/);
    assert.deepEqual(told(decided({ ...gone, pods: [newPod('n1'), oldPod('n2')] })), ['begin n2']);
  });
});

describe('going back in the middle of a node', () => {
  /** The way was to `forth`; the plan is `new`, which is the template of before. */
  const back = (rest: Partial<Sight>): Sight => ({
    nodes: [marked('n1', { replacing: mark({ revision: 'forth' }) })],
    prePulls: [pullPod('n1')],
    deletedAt: { n1: 0 },
    adopted: ['n1'],
    now: 20_000,
    ...rest,
  });
  const forth = oldPod('n1', { uid: 'forth', revision: 'forth' });

  it('replaces a pod that was already replaced, once BGP is up', () => {
    const bgp = { forth: established(10_000) };
    assert.deepEqual(told(decided(back({ pods: [forth], bgp }))), ['begin n1']);
  });

  it('does not restart it before: its neighbours would drop the routes', () => {
    assert.deepEqual(told(decided(back({ pods: [forth] }))), ['ask n1']);
    const bgp = { forth: { ...established(19_900), establishedAt: undefined } };
    assert.deepEqual(told(decided(back({ pods: [forth], bgp }))), []);
    assert.deepEqual(told(decided(back({ pods: [{ ...forth, isReady: false }] }))), []);
  });

  it('replaces one that does not come up when its time is over, and is no failure', () => {
    const crashing = { ...forth, isReady: false, restarts: 5 };
    const decision = decided(back({ pods: [crashing], now: 91_000 }));
    assert.deepEqual([told(decision), decision.failures], [['begin n1'], []]);
  });

  it('leaves a pod alone that was noted down, not deleted, and is what is wanted', () => {
    const sight = back({ pods: [newPod('n1', { uid: 'old-n1' })], prePulls: [] });
    const [action] = decided(sight).actions;
    assert.deepEqual(action, { type: 'finish', node: sight.nodes[0], seconds: undefined });
  });

  it('asks once more for a deletion that is not seen yet, so that nothing is decided by what was', () => {
    const target = newPod('n1', { uid: 'old-n1' });
    for (const pod of [target, oldPod('n1')]) {
      assert.deepEqual(told(decided(back({ pods: [pod], adopted: [] }))), ['delete n1']);
    }
  });

  it('replaces one that was noted down, not deleted, and is of a template even before', () => {
    assert.deepEqual(told(decided(back({ pods: [oldPod('n1')] }))), ['begin n1']);
  });

  it('is over where the pod has the wanted template by now', () => {
    const bgp = { 'new-n1': established(10_000) };
    assert.deepEqual(told(decided(back({ pods: [newPod('n1')], prePulls: [], bgp }))), ['finish n1']);
  });
});

describe('a node that somebody else cordoned', () => {
  it('is replaced like any other', () => {
    const nodes = [node('n1', { isUnschedulable: true })];
    assert.deepEqual(told(decided({ nodes, pods: [oldPod('n1')], prePulls: [pullPod('n1')] })), ['begin n1']);
  });

  it('is finished without our cordon', () => {
    const nodes = [marked('n1', { cordonedBy: undefined })];
    const bgp = { 'new-n1': established(4_000) };
    const sight = { nodes, pods: [newPod('n1')], bgp, now: 5_000, deletedAt: { n1: 0 } };
    assert.deepEqual(told(decided(sight)), ['finish n1']);
    const after = decided({ nodes: [node('n1', { isUnschedulable: true })], pods: [newPod('n1')] });
    assert.equal(after.isDone, true);
  });
});
