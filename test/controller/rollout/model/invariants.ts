import assert from 'node:assert/strict';
import type { Decision } from '../../../../controller/rollout/decide.ts';
import { isMarked, nodeStates } from '../../../../controller/rollout/node-state.ts';
import { pullOf } from '../../../../controller/rollout/pre-pull.ts';
import type { RolloutPlan, Seen } from '../../../../controller/rollout/types.ts';
import type { Surroundings } from './faults.ts';
import { isReady, TICK_MS, type World, works } from './world.ts';

/** A deletion of a pod by the rollout, and what became of the node. */
interface Deletion {
  readonly at: number;
  /** Whether its successor has worked. */
  isOver: boolean;
  /** When it was last left out, because it had gone away in its window. */
  lostAt: number;
}

/** The last deletion on each node. */
export type Ledger = Map<string, Deletion>;

/** How old the truth may be by which a controller decided, when it acts. */
const LATE_MS = 60 * TICK_MS;

/** Notes which nodes work again, and which are lost. */
export function keepLedger(ledger: Ledger, world: World, { budgetMs }: RolloutPlan): void {
  for (const pod of world.pods.values()) {
    const deletion = ledger.get(pod.node);
    if (deletion && deletion.at < world.now && works(world, pod)) deletion.isOver = true;
  }
  for (const [name, deletion] of ledger) {
    const node = world.nodes.get(name);
    const isLate = !node?.replacing || world.now - deletion.at > budgetMs;
    if (node?.isReady === false && isLate) deletion.lostAt = world.now;
  }
}

/** What must hold at the moment in which the pod of a node begins to end. */
export function checkDeletion(
  uid: string,
  ledger: Ledger,
  { world, edited }: Surroundings,
  plan: RolloutPlan,
): void {
  const pod = world.pods.get(uid);
  const node = world.nodes.get(pod?.node ?? '');
  assert.ok(pod && node, 'only pods on nodes that exist are deleted');
  const { replacing, name } = node;
  const isEdited = (edited.get(name) ?? Number.NEGATIVE_INFINITY) >= (ledger.get(name)?.at ?? 0) - LATE_MS;
  if (replacing) {
    assert.equal(replacing.pod, uid, `${name}: the pod that is deleted was noted down before`);
    assert.ok(world.images.has(`${name} ${replacing.revision}`), `${name} has its images before it is begun`);
  } else assert.ok(isEdited, `${name} is marked before its pod is deleted`);
  const before = ledger.get(name);
  if (before && !isEdited) {
    const isOld = world.now - before.at >= plan.budgetMs - 15 * TICK_MS;
    assert.ok(before.isOver || isOld, `${name}: no second deletion in a window that is open and young`);
  }
  // What began to work a moment ago may be taken for down still.
  const since = Math.max(pod.readyAt, pod.bgpAt, before?.lostAt ?? Number.NEGATIVE_INFINITY);
  const isWhole = works(world, pod) && since + LATE_MS < world.now;
  if (isWhole) checkOthers(name, ledger, { world, edited }, plan);
  ledger.set(name, { at: world.now, isOver: false, lostAt: Number.NEGATIVE_INFINITY });
}

function checkOthers(
  name: string,
  ledger: Ledger,
  { world, edited }: Pick<Surroundings, 'world' | 'edited'>,
  plan: RolloutPlan,
): void {
  const others = [...ledger].flatMap(([other, { at, isOver, lostAt }]) => {
    const node = world.nodes.get(other);
    if (!node || other === name || isOver) return [];
    const isLost = world.now - lostAt < LATE_MS;
    // Without any note of ours nobody knows that it waits for BGP.
    const isForgotten = !node.cordonedBy && (edited.get(other) ?? Number.NEGATIVE_INFINITY) >= at - LATE_MS;
    return isLost || isForgotten ? [] : [node];
  });
  const down = others.map(other => other.name).join();
  assert.ok(others.length < Number(plan.maxUnavailable), `${name} is begun while ${down} are down`);
  const rack = world.nodes.get(name)?.labels.rack;
  if (plan.spread)
    assert.ok(
      others.every(({ labels }) => labels.rack !== rack),
      `${name} shares a rack with ${down}`,
    );
}

/** What must hold for every decision. */
export function checkDecision(decision: Decision, seen: Seen, plan: RolloutPlan, mayBegin: boolean): void {
  const { actions, failures, skipped } = decision;
  const nodes = actions.map(({ node }) => (typeof node === 'string' ? node : node.name));
  assert.equal(new Set(nodes).size, nodes.length, 'one thing at a time for a node');
  const begun = actions.flatMap(action => (action.type === 'begin' ? [action.node.name] : []));
  if (!mayBegin || failures.length > 0) assert.deepEqual(begun, [], 'nothing is begun');
  const pulls = actions.filter(({ type }) => type === 'pull').length;
  const { inScope: states } = nodeStates(seen, plan);
  const isPulling = (name: string): boolean =>
    pullOf(name, seen, plan).state === 'pulling' || seen.busy.get(name) === 'pull';
  const pulling = states.filter(({ state, node }) => state === 'outdated' && isPulling(node.name)).length;
  if (pulls > 0) assert.ok(pulls + pulling <= plan.prePullParallel, `${pulls} more pulls beside ${pulling}`);
  if (!begun.includes(plan.ownNode ?? '')) return;
  const left = new Set(skipped.map(({ node }) => node));
  const before = states.filter(
    ({ state, node }) =>
      state === 'outdated' &&
      seen.pods.get(node.name)?.isReady &&
      !left.has(node.name) &&
      !begun.includes(node.name),
  );
  const waiting = before
    .filter(({ node }) => seen.busy.get(node.name) !== 'begin')
    .map(({ node }) => node.name);
  const own = seen.nodes.get(plan.ownNode ?? '');
  const isAgain = own !== undefined && isMarked(own);
  if (!isAgain && seen.pods.get(plan.ownNode ?? '')?.isReady)
    assert.deepEqual(waiting, [], 'the own node is last');
}

/** No node that was over its budget is finished before that was told, whoever is killed. */
export function checkFinished(
  { actions }: Decision,
  told: ReadonlySet<string>,
  { budgetMs }: RolloutPlan,
): void {
  for (const action of actions) {
    if (action.type !== 'finish' || (action.seconds ?? 0) * 1000 <= budgetMs) continue;
    const { name } = action.node;
    assert.ok(told.has(name), `${name} took ${action.seconds} s, and nobody was told`);
  }
}

/** What must hold in the end. */
export function checkEnd(world: World): void {
  const shown = [...world.nodes.values()].map(node => {
    const pod = [...world.pods.values()].find(one => one.node === node.name);
    const { name, isUnschedulable, cordonedBy, replacing } = node;
    return {
      name,
      isUnschedulable,
      cordonedBy,
      replacing,
      revision: pod?.revision,
      isReady: pod && isReady(world, pod),
    };
  });
  const wanted = [...world.nodes.keys()].map(name => ({
    ...{ name, isUnschedulable: world.userCordons.has(name), cordonedBy: undefined, replacing: undefined },
    ...{ revision: world.revision, isReady: true },
  }));
  assert.deepEqual(shown, wanted);
  assert.equal(world.pulls.size, 0, 'no pod that pulls images is left');
}
