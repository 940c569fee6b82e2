import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeFacts } from '../../../controller/rollout/node-facts.ts';
import type { PodFacts } from '../../../controller/rollout/pod-facts.ts';
import { lookAt, type Memory, newMemory } from '../../../controller/rollout/seen.ts';
import type { Seen } from '../../../controller/rollout/types.ts';
import { established, marked, newPod, node, oldPod, plan, pullPod } from './facts.ts';
import { storesOf } from './model/stores.ts';

const SINCE = Date.parse('2017-11-29T09:00:00Z');

interface Shown {
  readonly nodes?: readonly NodeFacts[];
  readonly pods?: readonly PodFacts[];
  readonly prePulls?: readonly PodFacts[];
}

/** What is seen 20 s after the note on `marked` nodes, by a process that started 7 s ago. */
function look(shown: Shown, memory: Memory, busy: Seen['busy'] = new Map(), wallNow = SINCE + 20_000): Seen {
  const { nodes = [], pods = [], prePulls = [] } = shown;
  return lookAt(storesOf(nodes, pods, prePulls), memory, busy, plan(), 7_000, wallNow);
}

describe('a controller that starts in the middle of a node', () => {
  it('goes on with the time that has passed since the deletion', () => {
    const { deletedAt, adopted } = look({ nodes: [marked('n1')] }, newMemory());
    assert.deepEqual([deletedAt.get('n1'), adopted.has('n1')], [-13_000, true]);
  });

  it('counts from now on where clocks disagree, or the note does not say since when', () => {
    const memory = newMemory();
    look({ nodes: [marked('n1')] }, memory, new Map(), SINCE - 5_000);
    assert.equal(memory.deletedAt.get('n1'), 7_000);
    const replacing = { revision: 'new', pod: 'u', since: 'soon', down: [] };
    look({ nodes: [marked('n2', { replacing }), marked('n3', { replacing: undefined })] }, memory);
    assert.deepEqual([memory.deletedAt.get('n2'), memory.deletedAt.get('n3')], [7_000, 7_000]);
  });

  it('does not let the clock change what is known already', () => {
    const memory = newMemory();
    look({ nodes: [marked('n1')] }, memory);
    look({ nodes: [marked('n1')] }, memory, new Map(), SINCE + 3_600_000);
    assert.equal(memory.deletedAt.get('n1'), -13_000);
  });

  it('knows when the last node was finished', () => {
    const at = (second: number): NodeFacts =>
      node(`n${second}`, {
        replaced: { revision: 'new', seconds: 3, at: new Date(SINCE + second * 1000).toISOString() },
      });
    assert.equal(look({ nodes: [node('n0'), at(5), at(15), at(10)] }, newMemory()).finishedAt, 2_000);
    assert.equal(look({ nodes: [node('n0')] }, newMemory()).finishedAt, undefined);
  });
});

describe('what is remembered', () => {
  it('stays while the effect of an action is not seen yet', () => {
    const memory = newMemory();
    memory.deletedAt.set('n1', 6_000);
    look({ nodes: [node('n1')] }, memory, new Map([['n1', 'begin']]));
    assert.equal(memory.deletedAt.get('n1'), 6_000);
    look({ nodes: [node('n1')] }, memory);
    assert.equal(memory.deletedAt.has('n1'), false);
  });

  it('goes with the node and the pods that it was about', () => {
    const memory = newMemory();
    const all = { nodes: [marked('n1')], pods: [newPod('n1')], prePulls: [pullPod('n1')] };
    memory.bgp.set('new-n1', established(0));
    memory.acknowledged.add('n1');
    look(all, memory);
    assert.deepEqual(
      [memory.bgp.size, memory.acknowledged.size, memory.pullingSince.get('pull-n1')],
      [1, 1, 7_000],
    );
    look({}, memory);
    assert.deepEqual(
      [memory.bgp, memory.acknowledged, memory.pullingSince, memory.deletedAt, memory.adopted].map(
        ({ size }) => size,
      ),
      [0, 0, 0, 0, 0],
    );
  });
});

describe('a pod that pulls images and was given up', () => {
  const given = pullPod('n1', { pulled: [], givenUp: 'Evicted' });
  const nodes = [node('n1')];

  it('is remembered while another one is made, until that has the images, or the node is gone', () => {
    const reason = 'Pod pull-n1, which pulls its images, was given up by kubelet: Evicted';
    const memory = newMemory();
    look({ nodes, prePulls: [given] }, memory);
    look({ nodes }, memory);
    look({ nodes, prePulls: [pullPod('n1', { pulled: [] })] }, memory);
    assert.deepEqual([...memory.givenUp], [['n1', { revision: 'new', reason }]]);
    look({ nodes, prePulls: [pullPod('n1')] }, memory);
    assert.equal(memory.givenUp.size, 0);
    look({ nodes, prePulls: [given] }, memory);
    look({}, memory);
    assert.equal(memory.givenUp.size, 0);
  });
});

describe('the pod of a node', () => {
  it('is the new one while the old one is being deleted, in whatever order they are listed', () => {
    const both = [oldPod('n1', { isDeleting: true }), newPod('n1')];
    for (const pods of [both, both.toReversed()]) {
      assert.equal(look({ pods }, newMemory()).pods.get('n1')?.uid, 'new-n1');
    }
  });

  it('is none of those that have no node yet', () => {
    assert.equal(look({ pods: [oldPod('')] }, newMemory()).pods.size, 0);
  });
});
