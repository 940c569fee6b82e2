import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CRASH_LOOP, type PodBehaviour } from './behaviour.ts';
import type { PodFacts } from './facts.ts';
import { type ContainerState, lifeOf, type Stage } from './life.ts';
import { phaseOf } from './pod-status.ts';

function pod(restartPolicy: PodFacts['restartPolicy'], images = ['node:v2']): PodFacts {
  return {
    ...{ name: 'calico-node-x', namespace: 'kube-system', uid: 'u1', labels: {}, owner: undefined },
    ...{ node: 'n1', nodeSelector: {}, onlyNode: undefined, tolerations: [], initContainers: [] },
    containers: images.map((image, index) => ({ name: `c${index}`, image, imagePullPolicy: 'IfNotPresent' })),
    ...{ restartPolicy, hostNetwork: true, phase: 'Pending', ready: false, deletingMs: undefined },
  };
}

/** The first stages, with the moment of each. */
function stages(of: PodFacts, behaviour: PodBehaviour, count = 12): readonly (Stage & { atMs: number })[] {
  const images = new Set<string>();
  const seen: (Stage & { atMs: number })[] = [];
  let atMs = 0;
  for (const stage of lifeOf(of, behaviour, image => images.has(image))) {
    atMs += stage.afterMs;
    if (stage.pulled) images.add(stage.pulled);
    seen.push({ ...stage, atMs });
    if (seen.length === count) break;
  }
  return seen;
}

const text = (state: ContainerState | undefined): string => {
  if (state?.is === 'waiting') return state.reason;
  if (state?.is === 'terminated') return `exit ${state.exitCode}`;
  return state?.ready ? 'ready' : 'running';
};

/** `<moment> <first container>`, for each stage. */
const lines = (of: PodFacts, behaviour: PodBehaviour, count?: number): readonly string[] =>
  stages(of, behaviour, count).map(({ atMs, containers }) => `${atMs} ${text(containers[0]?.state)}`);

describe('the life of a pod', () => {
  it('pulls each image, starts, and is Ready', () => {
    const times = { pullMs: 100, startMs: 20, readyMs: 3 };
    assert.deepEqual(lines(pod('Always', ['a', 'b', 'a']), times), [
      ...['0 ContainerCreating', '100 ContainerCreating', '200 ContainerCreating'],
      ...['220 running', '223 ready'],
    ]);
  });

  it('is never Ready, or Ready and then not', () => {
    assert.equal(lines(pod('Always'), { readyMs: Number.POSITIVE_INFINITY }).at(-1), '0 running');
    assert.deepEqual(lines(pod('Always'), { readyMs: 5, readyForMs: 7 }).slice(-2), [
      '5 ready',
      '12 running',
    ]);
  });

  it('backs off from a pull that fails, longer each time, and goes on when one works', () => {
    const pullFailure = (_: string, attempt: number) => (attempt <= 2 ? 'refused' : undefined);
    assert.deepEqual(lines(pod('Always'), { pullMs: 10, backOffMs: 100, pullFailure }), [
      '0 ContainerCreating',
      ...['10 ErrImagePull', '20 ImagePullBackOff', '120 ErrImagePull', '140 ImagePullBackOff'],
      ...['330 ContainerCreating', '330 running', '330 ready'],
    ]);
  });

  it('says why a pull fails', () => {
    const messageOf = (failure: 'refused' | 'unknown-authority' | 'missing' | 'no-space'): string => {
      const seen = stages(pod('Always', ['quay.io/calico/node:v3']), { pullFailure: () => failure }, 2);
      const state = seen[1]?.containers[0]?.state;
      return state?.is === 'waiting' ? (state.message ?? '') : '';
    };
    assert.match(
      messageOf('refused'),
      /"https:\/\/quay\.io\/v2\/calico\/node\/manifests\/v3": .*connection refused$/,
    );
    assert.match(messageOf('unknown-authority'), /x509: certificate signed by unknown authority$/);
    assert.match(
      messageOf('missing'),
      /^rpc error: code = NotFound .* quay\.io\/calico\/node:v3: not found$/,
    );
    assert.match(messageOf('no-space'), /no space left on device/);
  });

  it('restarts a container that ends: at once, then with longer and longer pauses', () => {
    const seen = lines(pod('Always'), { ...CRASH_LOOP, backOffMs: 100 }, 10);
    assert.deepEqual(seen.slice(2), [
      ...['0 running', '0 exit 1', '0 running', '0 exit 1', '10 CrashLoopBackOff', '100 running'],
      ...['100 exit 1', '120 CrashLoopBackOff'],
    ]);
    const last = stages(pod('Always'), CRASH_LOOP, 10).at(-1)?.containers[0];
    assert.deepEqual([last?.restarts, last?.last?.exitCode], [2, 1]);
  });

  it('ends as its restart policy says', () => {
    const phases = (policy: PodFacts['restartPolicy'], behaviour: PodBehaviour) => {
      const seen = stages(pod(policy), { backOffMs: 100, ...behaviour }, 20);
      return [seen.length, phaseOf(pod(policy), seen.at(-1)?.containers ?? [])];
    };
    assert.deepEqual(phases('Never', {}), [4, 'Succeeded']);
    assert.deepEqual(phases('Never', { ends: () => ({ exitCode: 3 }) }), [4, 'Failed']);
    assert.deepEqual(phases('OnFailure', { ends: n => ({ exitCode: n < 2 ? 1 : 0 }) }), [9, 'Succeeded']);
    assert.deepEqual(phases('OnFailure', { ends: () => ({ exitCode: 1 }) })[0], 20);
  });
});
