import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decided, node, oldPod, pullPod, type Sight, told, waitingNodes } from './facts.ts';

const MASTER = { isControlPlane: true };

/** The order in which nodes are begun, all of them at once. */
const turns = (sight: Sight, changes: Parameters<typeof decided>[1] = {}): readonly string[] =>
  told(decided(sight, { maxUnavailable: 100, prePullParallel: 100, ...changes })).map(text =>
    text.replace('begin ', ''),
  );

const labelled = (name: string, stage: string) => node(name, { labels: { stage } });
const BY_STAGE = { order: 'label' as const, orderLabel: 'stage' };

describe('nodes have their turn', () => {
  it('by name, n2 before n10', () => {
    assert.deepEqual(turns(waitingNodes('n10', 'n2', 'n1')), ['n1', 'n2', 'n10']);
  });

  it('by the value of a label, and then by name', () => {
    const nodes = [labelled('n1', '2'), labelled('n2', '10'), labelled('n3', '1'), labelled('n4', '1')];
    assert.deepEqual(turns(waitingNodes(...nodes), BY_STAGE), ['n3', 'n4', 'n1', 'n2']);
  });

  it('with the control plane after all others', () => {
    const both = waitingNodes(node('m1', MASTER), 'w1', 'w2');
    assert.deepEqual(turns(both), ['w1', 'w2', 'm1']);
  });

  it('with the own node of the controller last, even after the control plane', () => {
    const nodes = waitingNodes(node('m1', MASTER), 'w1', 'w2');
    assert.deepEqual(turns(nodes, { ownNode: 'w1' }), ['w2', 'm1', 'w1']);
  });

  it('with those first whose calico-node does not work anyway', () => {
    const { nodes, prePulls } = waitingNodes('n1', 'n2', 'n3');
    const pods = [oldPod('n1'), oldPod('n2'), oldPod('n3', { isReady: false })];
    assert.deepEqual(turns({ nodes, pods, prePulls }), ['n3', 'n1', 'n2']);
  });

  it('and do not lose it to a later node whose images are there first', () => {
    const { nodes, pods } = waitingNodes('w1', 'w2', node('m1', MASTER), 'own');
    const pulling = [pullPod('w1', { pulled: [] }), ...['w2', 'm1', 'own'].map(name => pullPod(name))];
    assert.deepEqual(turns({ nodes, pods, prePulls: pulling }, { ownNode: 'own' }), []);
    const all = ['w1', 'w2', 'm1', 'own'].map(name => pullPod(name));
    assert.deepEqual(turns({ nodes, pods, prePulls: all }, { ownNode: 'own' }), ['w1', 'w2', 'm1', 'own']);
  });

  it('in a cluster of one node, which is also the controller’s own', () => {
    assert.deepEqual(turns(waitingNodes(node('n1', MASTER)), { ownNode: 'n1' }), ['n1']);
  });
});
