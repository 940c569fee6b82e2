import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../controller/rollout/decide.ts';
import type { BgpFinding, RolloutPlan } from '../../../controller/rollout/types.ts';
import { decided, established, marked, newPod, node, oldPod, plan, type Sight, seen, told } from './facts.ts';

const T0 = 1_000_000;
const seconds = (count: number): number => T0 + count * 1000;

/** One node whose pod was deleted at T0. */
const window = (at: number, rest: Partial<Sight>): Sight => ({
  now: seconds(at),
  nodes: [marked('n1')],
  deletedAt: { n1: T0 },
  ...rest,
});

const ready = { pods: [newPod('n1')] };
const notReady = { pods: [newPod('n1', { isReady: false })] };
const bgp = (at: number, changes: Partial<BgpFinding> = {}): Partial<Sight> => ({
  bgp: { 'new-n1': { ...established(seconds(at)), ...changes } },
});

/** What is done, and why nothing else may be. */
function outcome(sight: Sight, changes: Partial<RolloutPlan> = {}): readonly [readonly string[], string] {
  const decision = decided(sight, changes);
  return [told(decision), decision.failures.map(({ reason }) => reason).join()];
}

/** The seconds that are noted down for the node. */
function noted(sight: Sight, changes: Partial<RolloutPlan> = {}): number | undefined {
  const [action] = decide(seen(sight), plan(changes), true).actions;
  assert.equal(action?.type, 'finish');
  return action.seconds;
}

describe('a replacement', () => {
  it('that is Ready with BGP after 89 s is as it should be', () => {
    const sight = window(90, { ...ready, ...bgp(89) });
    assert.deepEqual(outcome(sight), [['finish n1'], '']);
    assert.equal(noted(sight), 89);
  });

  it('that is Ready with BGP after 91 s is uncordoned when that was told, and nothing else is touched', () => {
    const late = window(91, { ...ready, ...bgp(91) });
    const [actions, why] = outcome(late);
    assert.deepEqual([actions, decided(late).wakeMs], [[], 1]);
    assert.match(why, /^from the deletion of its pod to Ready with BGP it took 91 s, more than the 90 s/);
    assert.deepEqual(outcome({ ...late, told: ['n1'] }), [['finish n1'], why]);
    assert.deepEqual(outcome({ ...late, acknowledged: ['n1'] }), [['finish n1'], '']);
  });

  it('that is not Ready is waited for until 90 s, and stops the rollout after', () => {
    assert.deepEqual(outcome(window(89, notReady)), [[], '']);
    assert.equal(decided(window(89, notReady)).wakeMs, 1_001);
    assert.deepEqual(outcome(window(91, notReady)), [
      [],
      '91 s after the deletion it still waits for Pod calico-node-n1-b to be Ready',
    ]);
  });

  it('in a crash loop stops it at once', () => {
    const trouble = { container: 'calico-node', reason: 'CrashLoopBackOff', message: 'back-off 10s' };
    const pods = [newPod('n1', { isReady: false, restarts: 1, trouble })];
    assert.deepEqual(outcome(window(5, { pods })), [
      [],
      'calico-node in Pod calico-node-n1-b ended and was started again (1 times: calico-node CrashLoopBackOff back-off 10s)',
    ]);
  });

  it('that is not made is waited for until 90 s', () => {
    assert.deepEqual(outcome(window(90, {})), [[], '']);
    assert.match(outcome(window(91, {}))[1], /still waits for the DaemonSet to make a pod$/);
  });

  it('is not made while the old pod does not end', () => {
    const pods = [oldPod('n1', { isDeleting: true })];
    assert.deepEqual(outcome(window(90, { pods })), [[], '']);
    assert.match(outcome(window(91, { pods }))[1], /still waits for Pod calico-node-n1-a to end$/);
  });

  it('on a node that became NotReady says so', () => {
    const nodes = [marked('n1', { isReady: false })];
    assert.deepEqual(outcome(window(60, { ...notReady, nodes })), [[], '']);
    assert.match(outcome(window(91, { ...notReady, nodes }))[1], /to be Ready; the node is not Ready$/);
  });

  it('from another template stops it at once, and is replaced only when its time is over', () => {
    const pods = [oldPod('n1', { uid: 'other', name: 'other' })];
    assert.match(outcome(window(5, { pods }))[1], /^Pod other was not made from the wanted template/);
    assert.deepEqual(outcome(window(91, { pods }), { checksBgp: false }), [['pull n1'], '']);
    assert.deepEqual(outcome(window(91, { pods })), [['ask n1'], '']);
  });

  it('is nothing to wait for when its node is deleted', () => {
    const decision = decided({ now: seconds(5), nodes: [node('n2')], pods: [newPod('n2')] });
    assert.deepEqual([told(decision), decision.isDone, decision.isIdle], [[], true, true]);
  });

  it('whose deletion was noted down but not done is done now', () => {
    assert.deepEqual(outcome(window(0, { pods: [oldPod('n1')], adopted: ['n1'] })), [['delete n1'], '']);
  });

  it('is under way: it waits for nothing else, and tells for what', () => {
    assert.equal(decided(window(3, notReady)).message, 'n1 waits for Pod calico-node-n1-b to be Ready');
  });
});

describe('BGP of a replacement', () => {
  const active = { establishedAt: undefined, problem: 'Mesh_10_88_0_12 Active' };

  it('is asked for when the pod is Ready, and then in growing pauses of 2 s at most', () => {
    assert.deepEqual(told(decided(window(3, ready))), ['ask n1']);
    const pause = (asked: number): number | undefined =>
      decided(window(3, { ...ready, ...bgp(3, { ...active, asked }) })).wakeMs;
    assert.deepEqual([1, 2, 3, 4, 5, 50].map(pause), [250, 500, 1_000, 2_000, 2_000, 2_000]);
  });

  it('that is not Established within 90 s stops the rollout, with the session and its state', () => {
    const waiting = { ...ready, ...bgp(89, active) };
    assert.equal(outcome(window(90, waiting))[1], '');
    assert.equal(
      outcome(window(91, waiting))[1],
      '91 s after the deletion it still waits for BGP of Pod calico-node-n1-b (Mesh_10_88_0_12 Active)',
    );
  });

  it('is asked for every 10 s after that, so that the node is uncordoned when it is up', () => {
    const late = { ...ready, ...bgp(91, active) };
    assert.equal(decided(window(92, late)).wakeMs, 9_000);
    assert.deepEqual(told(decided(window(101, late))), ['ask n1']);
  });

  it('is not asked for where it is switched off or there is none', () => {
    assert.deepEqual(outcome(window(4, ready), { checksBgp: false }), [['finish n1'], '']);
    assert.equal(noted(window(4, ready), { checksBgp: false }), 4);
  });

  it('may be Established while BIRD still waits for routes: the next node waits, for 300 s at most', () => {
    const recovering = (at: number) =>
      window(at, { ...ready, ...bgp(4, { isRecovering: true, askedAt: seconds(at) }) });
    assert.deepEqual(outcome(recovering(5)), [[], '']);
    assert.deepEqual(outcome(recovering(299)), [[], '']);
    assert.deepEqual(outcome(recovering(300)), [['finish n1'], '']);
    assert.equal(noted(recovering(300)), 4);
  });
});

describe('while etcd data is migrated, calico-node is not Ready', () => {
  const accepts = { acceptsNotReady: true, checksBgp: false };

  it('and a pod that runs is enough', () => {
    assert.deepEqual(outcome(window(5, notReady), accepts), [['finish n1'], '']);
    const decision = decided({ nodes: [node('n1')], ...notReady }, accepts);
    assert.equal(decision.isDone, true);
  });

  it('but one that does not run, or was started again, is not', () => {
    const starting = { pods: [newPod('n1', { isReady: false, isRunning: false })] };
    assert.deepEqual(outcome(window(5, starting), accepts), [[], '']);
    const crashed = { pods: [newPod('n1', { isReady: false, restarts: 1 })] };
    assert.match(outcome(window(5, crashed), accepts)[1], /was started again/);
  });
});
