import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decided, marked, newPod, node, oldPod, pullPod, told, waitingNodes } from './facts.ts';

describe('the set of nodes changes', () => {
  it('a new node that comes with the target counts at once', () => {
    const decision = decided({ nodes: [node('n1'), node('n2')], pods: [newPod('n1'), newPod('n2')] });
    assert.deepEqual(decision.counts, { total: 2, updated: 2, current: 0, skipped: 0 });
    assert.equal(decision.isDone, true);
  });

  it('a new node with a pod of the old template has its turn', () => {
    const sight = { nodes: [node('n1'), node('n2')], pods: [newPod('n1'), oldPod('n2')] };
    assert.deepEqual(told(decided(sight)), ['pull n2']);
  });

  it('a node that is deleted is forgotten, with the pod that pulled its images', () => {
    const decision = decided({ nodes: [node('n1')], pods: [newPod('n1')], prePulls: [pullPod('n2')] });
    assert.deepEqual([told(decision), decision.isDone], [['endPull n2'], true]);
  });
});

describe('while it is paused', () => {
  it('what is open is finished, and nothing is begun', () => {
    const sight = waitingNodes('n1', 'n2');
    const nodes = [marked('n1'), node('n2')];
    const pods = [newPod('n1'), oldPod('n2')];
    const decision = decided(
      { ...sight, nodes, pods, now: 1_000, deletedAt: { n1: 0 } },
      { checksBgp: false },
      false,
    );
    assert.deepEqual([told(decision), decision.isIdle], [['finish n1'], false]);
    const after = decided({ ...sight, pods }, {}, false);
    assert.deepEqual([told(after).includes('begin n2'), after.isIdle], [false, true]);
  });

  it('a node that waits to be replaced once more is uncordoned', () => {
    const again = { revision: 'before', pod: 'gone', since: '2017-11-29T09:00:00Z', down: [] };
    const sight = { nodes: [marked('n1', { replacing: again })], pods: [oldPod('n1')], deletedAt: { n1: 0 } };
    assert.deepEqual(told(decided(sight, { checksBgp: false }, false)), ['finish n1']);
    assert.deepEqual(told(decided({ ...sight, prePulls: [pullPod('n1')] }, { checksBgp: false })), [
      'begin n1',
    ]);
  });
});

describe('after a failure', () => {
  const late = {
    ...waitingNodes('n1', 'n2'),
    nodes: [marked('n1'), node('n2')],
    pods: [newPod('n1', { isReady: false }), oldPod('n2')],
    now: 91_000,
    deletedAt: { n1: 0 },
  };

  it('no other node is touched, however many may be down', () => {
    const decision = decided(late, { maxUnavailable: 5 });
    assert.deepEqual(told(decision), []);
    assert.equal(decision.failures.length, 1);
  });

  it('it goes on when a person has seen it', () => {
    const decision = decided({ ...late, acknowledged: ['n1'] }, { maxUnavailable: 5 });
    assert.deepEqual([told(decision), decision.failures], [['begin n2'], []]);
  });

  it('a node that went away in the middle, and a person knows of, is left out like any other that is not Ready', () => {
    const gone = marked('n1', { isReady: false });
    const sight = { nodes: [gone, node('n2')], pods: [newPod('n2')], now: 91_000, deletedAt: { n1: 0 } };
    const unknown = decided(sight);
    assert.deepEqual([unknown.isDone, unknown.isIdle, unknown.failures.length], [false, false, 1]);
    const known = decided({ ...sight, acknowledged: ['n1'] });
    assert.deepEqual([known.isDone, known.isIdle, known.failures.length], [true, true, 0]);
    assert.deepEqual(known.skipped, [{ node: 'n1', reason: 'the node is not Ready' }]);
  });

  it('a person who goes on knows of it also while its pod is Ready, and BIRD is yet to be asked', () => {
    const { troubled, failures } = decided({ ...late, pods: [newPod('n1'), oldPod('n2')] });
    assert.deepEqual([troubled, failures], [['n1'], []]);
  });
});
