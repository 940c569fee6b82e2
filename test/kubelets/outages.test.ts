import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeFacts, PodFacts } from './facts.ts';
import { recordHistory } from './history.ts';
import { deletionsIn, mostDown, outagesIn } from './outages.ts';

function pod(node: string, uid: string, state: Partial<PodFacts>): PodFacts {
  return {
    ...{ name: `calico-node-${uid}`, namespace: 'kube-system', uid, labels: { 'k8s-app': 'calico-node' } },
    ...{ owner: undefined, node, nodeSelector: {}, onlyNode: undefined, tolerations: [] },
    ...{ initContainers: [], containers: [], restartPolicy: 'Always', hostNetwork: true, phase: 'Running' },
    ...{ ready: true, deletingMs: undefined, ...state },
  };
}

/** A history whose clock and revision are the number of the change. */
function record() {
  let step = 0;
  const history = recordHistory(() => step);
  const change = <T>(type: 'present' | 'gone', facts: T) => ({ type, facts, revision: ++step });
  return {
    history,
    pod: (node: string, uid: string, state: Partial<PodFacts> = {}) =>
      history.onPod(change('present', pod(node, uid, state))),
    gone: (node: string, uid: string, state: Partial<PodFacts> = {}) =>
      history.onPod(change('gone', pod(node, uid, state))),
    node: (type: 'present' | 'gone', name: string, state: Partial<NodeFacts> = {}) =>
      history.onNode(
        change(type, { name, uid: name, labels: {}, cordoned: false, taints: [], ready: true, ...state }),
      ),
  };
}

describe('a history', () => {
  it('has an outage from the deletion of a pod to Ready of the next one', () => {
    const { history, ...tell } = record();
    tell.pod('n1', 'a');
    tell.pod('n1', 'a', { deletingMs: 30_000 });
    tell.pod('n1', 'a', { deletingMs: 30_000, ready: false });
    tell.gone('n1', 'a', { deletingMs: 30_000, ready: false });
    tell.pod('n1', 'b', { ready: false });
    tell.pod('n1', 'b');
    assert.deepEqual(outagesIn(history.entries()), [{ node: 'n1', fromMs: 2, toMs: 6 }]);
    assert.deepEqual(
      deletionsIn(history.entries()).map(({ node, uid, atMs }) => [node, uid, atMs]),
      [['n1', 'a', 2]],
    );
  });

  it('tells a deletion without a grace period', () => {
    const { history, ...tell } = record();
    tell.pod('n1', 'a');
    tell.gone('n1', 'a');
    assert.equal(deletionsIn(history.entries()).length, 1);
    assert.deepEqual(outagesIn(history.entries()), [{ node: 'n1', fromMs: 2, toMs: undefined }]);
  });

  it('knows which nodes were down at once', () => {
    const { history, ...tell } = record();
    for (const node of ['n1', 'n2', 'n3']) tell.pod(node, node);
    tell.gone('n1', 'n1');
    tell.pod('n2', 'n2', { ready: false });
    tell.pod('n1', 'n1-new');
    tell.gone('n3', 'n3');
    tell.pod('n2', 'n2');
    assert.equal(mostDown(history.entries()).length, 2);
    assert.deepEqual(mostDown(history.entries()), ['n1', 'n2']);
  });

  it('counts no node that never had a pod, and none that is gone', () => {
    const { history, ...tell } = record();
    tell.pod('n1', 'a', { ready: false });
    tell.gone('n1', 'a', { ready: false });
    tell.pod('n2', 'b');
    tell.gone('n2', 'b');
    tell.node('gone', 'n2');
    assert.deepEqual(outagesIn(history.entries()), [{ node: 'n2', fromMs: 4, toMs: 5 }]);
  });

  it('sees the deletion of a pod that was Ready before the history was emptied', () => {
    const { history, ...tell } = record();
    tell.pod('n1', 'a');
    history.forget();
    tell.gone('n1', 'a');
    assert.deepEqual(mostDown(history.entries()), ['n1']);
  });

  it('tells cordons, and whether nodes are there and ready', () => {
    const { history, ...tell } = record();
    tell.node('present', 'n1');
    tell.node('present', 'n1', { cordoned: true });
    tell.node('present', 'n1', { cordoned: true, ready: false });
    tell.node('present', 'n1');
    tell.node('gone', 'n1');
    assert.deepEqual(
      history.entries().map(({ what, revision }) => `${revision} ${what}`),
      [
        ...['1 node-added', '1 node-ready', '2 cordoned', '3 node-not-ready'],
        ...['4 node-ready', '4 uncordoned', '5 node-removed'],
      ],
    );
  });
});
