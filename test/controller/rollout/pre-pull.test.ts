import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodFacts } from '../../../controller/rollout/pod-facts.ts';
import { decided, NEW_IMAGE, newPod, node, oldPod, pullPod, told, waitingNodes } from './facts.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'];
const pulling = (onNode: string, changes: Partial<PodFacts> = {}): PodFacts =>
  pullPod(onNode, { pulled: [], ...changes });
const refusedPull = (onNode: string): PodFacts =>
  pulling(onNode, {
    trouble: { container: 'calico-node', reason: 'ImagePullBackOff', message: 'Back-off pulling image' },
  });

describe('images are pulled', () => {
  it('on the next nodes, so many at once as prePullParallel says', () => {
    assert.deepEqual(told(decided({ ...waitingNodes(...NAMES), prePulls: [] }, { prePullParallel: 3 })), [
      'pull n1',
      'pull n2',
      'pull n3',
    ]);
  });

  it('on so many nodes ahead and no more, while those before them have not had their turn', () => {
    const prePulls = [pullPod('n1'), pullPod('n2'), pulling('n3')];
    const sight = { ...waitingNodes(...NAMES), prePulls, finishedAt: 0 };
    assert.deepEqual(told(decided(sight, { prePullParallel: 3, minSecondsBetweenNodes: 60 })), []);
    assert.equal(decided(sight).isPulling, true);
    assert.equal(decided(waitingNodes(...NAMES)).isPulling, false);
  });

  it('on no more at once although many nodes may be down, those counted that are only just asked for', () => {
    const limits = { prePullParallel: 2, maxUnavailable: 6 };
    const sight = { ...waitingNodes(...NAMES), prePulls: [pulling('n1')], busy: { n2: 'pull' as const } };
    assert.deepEqual(told(decided(sight, limits)), []);
    assert.deepEqual(told(decided({ ...sight, busy: {} }, limits)), ['pull n2']);
  });

  it('before the cordon: a node without them is not begun', () => {
    for (const prePulls of [[], [pulling('n1')], [pullPod('n1', { revision: 'another' })]]) {
      const actions = told(decided({ ...waitingNodes('n1'), prePulls }));
      assert.equal(actions.includes('begin n1'), false);
    }
    assert.deepEqual(told(decided(waitingNodes('n1'))), ['begin n1']);
  });

  it('anew for another template: the pod of the one before is deleted first', () => {
    const stale = pullPod('n1', { revision: 'another' });
    const sight = { ...waitingNodes('n1'), prePulls: [stale] };
    assert.deepEqual(told(decided(sight)), ['endPull n1']);
    assert.deepEqual(told(decided({ ...sight, prePulls: [{ ...stale, isDeleting: true }] })), []);
  });

  it('and what pulled them is deleted when the node has the target', () => {
    const sight = { ...waitingNodes('n1', 'n2'), pods: [newPod('n1'), oldPod('n2')] };
    assert.deepEqual(told(decided(sight)), ['begin n2', 'endPull n1']);
  });

  it('and nothing of it is left in the end, on nodes that are not Ready either', () => {
    const sight = {
      nodes: [node('n1'), node('n2', { isReady: false })],
      pods: [newPod('n1'), oldPod('n2')],
      prePulls: [pulling('n2')],
    };
    assert.deepEqual([told(decided(sight)), decided(sight).isDone], [['endPull n2'], true]);
    const before = { ...sight, pods: [oldPod('n1'), oldPod('n2')], prePulls: [pullPod('n1'), pulling('n2')] };
    assert.deepEqual(told(decided(before)), ['begin n1']);
  });
});

describe('an image that cannot be pulled', () => {
  it('leaves its node out, which is reported with the image and the reason, and others go on', () => {
    const sight = { ...waitingNodes('n1', 'n2', 'n3'), prePulls: [refusedPull('n1'), pullPod('n2')] };
    const decision = decided(sight, { prePullParallel: 1 });
    assert.deepEqual(told(decision), ['begin n2']);
    assert.deepEqual(decision.skipped, [
      { node: 'n1', reason: `cannot pull ${NEW_IMAGE}: Back-off pulling image` },
    ]);
  });

  it('is waited for where nothing else is left, and not taken for the end', () => {
    const sight = { nodes: [node('n1')], pods: [oldPod('n1')], prePulls: [refusedPull('n1')] };
    const decision = decided(sight);
    assert.deepEqual([told(decision), decision.isDone], [[], false]);
    assert.match(
      decision.blocked?.text ?? '',
      /^the nodes that are left cannot be replaced: n1: cannot pull/,
    );
  });

  it('on more nodes than maxSkipped stops it: no other node is begun, and no more are tried', () => {
    const sight = {
      ...waitingNodes(...NAMES),
      prePulls: [refusedPull('n1'), refusedPull('n2'), pullPod('n3')],
    };
    const decision = decided(sight, { maxSkipped: 1 });
    assert.deepEqual(told(decision), []);
    assert.match(decision.blocked?.text ?? '', /^2 nodes would have to be left out/);
  });

  it('is the same in the way, whatever kubelet says of it', () => {
    const words = ['ImagePullBackOff', 'ErrImagePull'].map(reason => {
      const trouble = { container: 'calico-node', reason, message: reason };
      return decided({ ...waitingNodes('n1'), prePulls: [pulling('n1', { trouble })] }).blocked;
    });
    assert.equal(words[0]?.key, 'left n1');
    assert.equal(words[1]?.key, 'left n1');
    assert.notEqual(words[0]?.text, words[1]?.text);
  });

  it('is one that is not there after prePullSeconds, whatever kubelet says', () => {
    const sight = { ...waitingNodes('n1'), prePulls: [pulling('n1')], pullingSince: { 'pull-n1': 0 } };
    assert.deepEqual(decided({ ...sight, now: 600_000 }).skipped, []);
    assert.deepEqual(decided({ ...sight, now: 600_001 }).skipped, [
      { node: 'n1', reason: `${NEW_IMAGE} not pulled within 600 s: kubelet has not said why` },
    ]);
  });

  it('because kubelet gave its pod up is asked for anew after half a minute; meanwhile the node is left out', () => {
    const prePulls = [
      pulling('n1', { givenUp: 'Evicted The node was low on resource: memory.' }),
      pullPod('n2'),
    ];
    const sight = { ...waitingNodes('n1', 'n2'), prePulls, pullingSince: { 'pull-n1': 0 } };
    const early = decided({ ...sight, now: 30_000 });
    assert.deepEqual(told(early), ['begin n2']);
    assert.match(early.skipped[0]?.reason ?? '', /^Pod pull-n1, .* by kubelet: Evicted The node was low/);
    assert.deepEqual(told(decided({ ...sight, now: 30_001 })), ['endPull n1', 'begin n2']);
    assert.deepEqual(told(decided({ ...sight, prePulls: [pullPod('n2')] })), ['pull n1']);
  });

  it('because kubelet gave many pods up does not stop it for good: they are deleted, and then made anew', () => {
    const prePulls = ['n1', 'n2'].map(name => pulling(name, { givenUp: 'Evicted' }));
    const sight = { ...waitingNodes(...NAMES), prePulls: [...prePulls, pullPod('n3')] };
    const since = { 'pull-n1': 0, 'pull-n2': 0 };
    const stuck = decided({ ...sight, pullingSince: since, now: 30_001 }, { maxSkipped: 1 });
    assert.equal(stuck.blocked?.key, 'maxSkipped n1 n2');
    assert.deepEqual(told(stuck), ['endPull n1', 'endPull n2']);
    const after = decided({ ...sight, prePulls: [pullPod('n3')] }, { maxSkipped: 1, prePullParallel: 2 });
    assert.deepEqual(told(after), ['pull n1', 'pull n2']);
  });

  it('because kubelet gives each pod up is the same block all the time, so that it comes to a stop', () => {
    const givenUp = { n1: { revision: 'new', reason: 'Pod pull-n1 was given up' } };
    const sight = { nodes: [node('n1')], pods: [oldPod('n1')], givenUp, pullingSince: { 'pull-n1': 0 } };
    const gone = pulling('n1', { givenUp: 'Evicted' });
    for (const [prePulls, expected] of [
      [[gone], ['endPull n1']],
      [[{ ...gone, isDeleting: true }], []],
      [[], ['pull n1']],
      [[pulling('n1')], []],
    ] as const) {
      const decision = decided({ ...sight, prePulls, now: 40_000 });
      assert.deepEqual([told(decision), decision.blocked?.key], [expected, 'left n1']);
    }
    const done = decided({ ...sight, prePulls: [pullPod('n1')] });
    assert.deepEqual(told(done), ['begin n1']);
    const another = { n1: { revision: 'older', reason: 'it was so for another revision' } };
    assert.equal(decided({ ...sight, givenUp: another }).blocked, undefined);
  });

  it('that comes in the end lets its node have its turn', () => {
    const sight = { ...waitingNodes('n1'), pullingSince: { 'pull-n1': 0 }, now: 700_000 };
    assert.deepEqual(told(decided(sight)), ['begin n1']);
  });
});
