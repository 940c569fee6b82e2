import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podFacts } from '../../../controller/rollout/pod-facts.ts';
import { REVISION_ANNOTATION } from '../../../jobs/lib/calico/upgrade/annotations.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';

const NODE_IMAGE = 'quay.io/calico/node:v2.6.12';
const CNI_IMAGE = 'quay.io/calico/cni:v1.11.8';

/** A pod as Kubernetes shows it, with its container statuses. */
const pod = (containerStatuses: readonly unknown[], metadata: object = {}, isReady = false): KubeObject => ({
  metadata: { name: 'calico-node-x', uid: 'u1', annotations: { [REVISION_ANNOTATION]: 'r1' }, ...metadata },
  spec: {
    nodeName: 'n1',
    containers: [
      { name: 'calico-node', image: NODE_IMAGE },
      { name: 'install-cni', image: CNI_IMAGE },
    ],
  },
  status: {
    conditions: [
      { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: '2017-11-29T09:04:00Z' },
    ],
    containerStatuses,
  },
});

const running = (name: string, restartCount = 0) => ({
  name,
  restartCount,
  imageID: `docker-pullable://${name}@sha256:1`,
  state: { running: { startedAt: '2017-11-29T09:03:59Z' } },
});

const waiting = (name: string, reason: string, more: object = {}) => ({
  name,
  restartCount: 0,
  imageID: '',
  state: { waiting: { reason, message: `${reason} of ${name}` } },
  ...more,
});

const ended = (name: string, exitCode: number) => ({
  name,
  restartCount: 0,
  imageID: `docker-pullable://${name}@sha256:1`,
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'ContainerCannotRun' } },
});

describe('of a pod the rollout knows', () => {
  it('that it works: Ready since when, on which node, from which template', () => {
    assert.deepEqual(podFacts(pod([running('calico-node'), running('install-cni', 2)], {}, true)), {
      name: 'calico-node-x',
      uid: 'u1',
      node: 'n1',
      revision: 'r1',
      images: { 'calico-node': NODE_IMAGE, 'install-cni': CNI_IMAGE },
      isReady: true,
      readySince: '2017-11-29T09:04:00Z',
      isDeleting: false,
      isRunning: true,
      restarts: 0,
      trouble: undefined,
      givenUp: undefined,
      pulled: ['calico-node', 'install-cni'],
    });
  });

  it('that it is being deleted, as Kubernetes 1.7 tells it', () => {
    assert.equal(podFacts(pod([], { deletionTimestamp: '2017-11-29T09:04:00Z' })).isDeleting, true);
    assert.equal(podFacts(pod([], { deletionTimestamp: null })).isDeleting, false);
  });

  it('no trouble while its containers are created', () => {
    const starting = podFacts(pod([waiting('calico-node', 'ContainerCreating'), running('install-cni')]));
    assert.deepEqual(
      [starting.trouble, starting.isRunning, starting.pulled],
      [undefined, false, ['install-cni']],
    );
  });

  it('how often calico-node was started again, and how it ended', () => {
    const last = { restartCount: 3, lastState: { terminated: { exitCode: 1 } } };
    const crashing = podFacts(
      pod([waiting('calico-node', 'CrashLoopBackOff', last), running('install-cni')]),
    );
    assert.equal(crashing.restarts, 3);
    assert.deepEqual(crashing.trouble, {
      container: 'calico-node',
      reason: 'CrashLoopBackOff',
      message: 'CrashLoopBackOff of calico-node, exit code 1 before',
    });
    assert.deepEqual(crashing.pulled, ['calico-node', 'install-cni']);
  });

  it('which image is missing, although another container has ended', () => {
    const facts = podFacts(pod([ended('calico-node', 0), waiting('install-cni', 'ImagePullBackOff')]));
    assert.deepEqual([facts.trouble?.container, facts.trouble?.reason], ['install-cni', 'ImagePullBackOff']);
    assert.deepEqual(facts.pulled, ['calico-node']);
  });

  it('that an image is there although it has no such command', () => {
    const facts = podFacts(pod([ended('calico-node', 128), ended('install-cni', 0)]));
    assert.deepEqual(facts.pulled, ['calico-node', 'install-cni']);
    assert.equal(facts.trouble?.reason, 'exit code 128');
  });

  it('that kubelet gave it up, and why', () => {
    const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };
    const given = podFacts({ metadata: { name: 'pull' }, status });
    assert.equal(given.givenUp, 'Evicted The node was low on resource: memory.');
    assert.equal(podFacts({ metadata: { name: 'pull' }, status: { phase: 'Failed' } }).givenUp, 'Failed');
    assert.equal(podFacts({ metadata: { name: 'pull' }, status: { phase: 'Running' } }).givenUp, undefined);
  });

  it('that it has no status and no node yet', () => {
    const facts = podFacts({ metadata: { name: 'new' } });
    assert.deepEqual(
      [facts.node, facts.revision, facts.isReady, facts.restarts, facts.pulled],
      ['', undefined, false, 0, []],
    );
  });
});
