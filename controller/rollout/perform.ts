import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import type { Events } from '../status/events.ts';
import { askBird, createPod, deletePod, finishNode, markNode } from './actions.ts';
import { type BirdReport, isRecovering, missingSessions } from './bird.ts';
import type { Replacing } from './marks.ts';
import type { NodeFacts } from './node-facts.ts';
import { isUp } from './node-state.ts';
import type { PodFacts } from './pod-facts.ts';
import { prePullPod } from './pre-pull-pod.ts';
import type { Memory } from './seen.ts';
import type { Action, BgpFinding, RolloutPlan } from './types.ts';

/** What actions work with. */
export interface Workshop {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The pod template that is wanted. */
  readonly template: unknown;
  readonly plan: RolloutPlan;
  readonly memory: Memory;
  readonly log: Log;
  readonly events: Events;
  readonly observeReplacement: (seconds: number) => void;
  /** Ends what was begun before the next request that changes something. */
  readonly signal: AbortSignal;
}

/** Does one thing for one node. Every action can be repeated. Throws what a later try cannot mend, too. */
export async function perform(action: Action, workshop: Workshop): Promise<void> {
  switch (action.type) {
    case 'pull':
      return pull(action.node, workshop);
    case 'endPull':
      return deletePod(workshop.client, action.pod, workshop.namespace);
    case 'begin':
      return begin(action.node, action.pod, workshop);
    case 'delete':
      return deleteNoted(action.node, action.pod, workshop);
    case 'ask':
      return ask(action.node, action.pod, workshop);
    case 'finish':
      return finish(action.node, action.seconds, workshop);
  }
}

async function pull(node: string, { client, template, plan, namespace, log }: Workshop): Promise<void> {
  log.debug(`${node}: pulls the images`);
  await createPod(client, prePullPod(node, template, plan.revision, namespace));
}

async function begin(node: NodeFacts, pod: PodFacts, workshop: Workshop): Promise<void> {
  const { plan, log, memory, signal } = workshop;
  const down = await downBefore(node, pod, workshop);
  signal.throwIfAborted();
  const mark = { revision: plan.revision, pod: pod.uid, since: new Date().toISOString(), down };
  // A window of before is over; the time of this one begins with the deletion.
  memory.deletedAt.delete(node.name);
  memory.adopted.delete(node.name);
  await markNode(workshop.client, node, plan.upgrade, mark);
  // What is marked and not deleted is decided anew by who comes next.
  signal.throwIfAborted();
  await deleteNow(node, pod, workshop);
  const cordon = node.isUnschedulable ? 'was cordoned already' : 'cordoned';
  log.info(`${node.name}: ${cordon}, Pod ${pod.name} deleted`);
}

/** The sessions that are not Established already now: nothing can be expected of them afterwards. */
async function downBefore(node: NodeFacts, pod: PodFacts, workshop: Workshop): Promise<string[]> {
  const { plan, client, namespace, signal, log } = workshop;
  if (!plan.checksBgp || !isUp(pod, plan)) return [];
  const report = await askBird(client, namespace, pod, signal);
  if ('problem' in report) {
    log.warn(`${node.name}: BGP before the replacement is not known: ${report.problem}`);
    return [];
  }
  const down = missingSessions(report, []);
  for (const { name, info } of down) {
    log.warn(
      `${node.name}: BGP session ${name} is ${info} already before the replacement, and is not waited for`,
    );
  }
  return down.map(({ name }) => name);
}

async function deleteNow(node: NodeFacts, pod: PodFacts, workshop: Workshop): Promise<void> {
  const { memory, client, namespace } = workshop;
  if (!isAsked(node, memory)) memory.deletedAt.set(node.name, monotonicMs());
  memory.adopted.delete(node.name);
  try {
    await deletePod(client, pod, namespace);
  } catch (error) {
    // Whether it is deleted is not known: the mark and the pod tell, as they do to a controller that comes after this one.
    memory.deletedAt.delete(node.name);
    throw error;
  }
}

/** Whether this process has asked for the deletion already: its time began then. */
const isAsked = ({ name }: NodeFacts, { deletedAt, adopted }: Memory): boolean =>
  deletedAt.has(name) && !adopted.has(name);

/** A controller before this one noted the pod down, and came no further: the time begins now. */
async function deleteNoted(node: NodeFacts, pod: PodFacts, workshop: Workshop): Promise<void> {
  const { replacing } = node;
  if (replacing && !isAsked(node, workshop.memory)) {
    const mark: Replacing = { ...replacing, since: new Date().toISOString() };
    await markNode(workshop.client, node, node.cordonedBy ?? workshop.plan.upgrade, mark);
  }
  workshop.signal.throwIfAborted();
  await deleteNow(node, pod, workshop);
  workshop.log.info(`${node.name}: Pod ${pod.name} deleted, as was noted down`);
}

async function ask(node: NodeFacts, pod: PodFacts, workshop: Workshop): Promise<void> {
  const { client, namespace, signal, memory } = workshop;
  const report = await askBird(client, namespace, pod, signal);
  const before = memory.bgp.get(pod.uid);
  memory.bgp.set(pod.uid, findingOf(report, node.replacing?.down ?? [], before, monotonicMs()));
}

/** What an answer of BIRD means, after those before. */
export function findingOf(
  report: BirdReport | { readonly problem: string },
  down: readonly string[],
  before: BgpFinding | undefined,
  now: number,
): BgpFinding {
  const asked = (before?.asked ?? 0) + 1;
  const established = before?.establishedAt;
  if ('problem' in report) {
    return {
      asked,
      askedAt: now,
      establishedAt: established,
      isRecovering: before?.isRecovering ?? false,
      problem: report.problem,
    };
  }
  const missing = missingSessions(report, down);
  const problem = missing.map(({ name, info }) => `${name} ${info}`).join(', ');
  return {
    asked,
    askedAt: now,
    establishedAt: missing.length === 0 ? (established ?? now) : undefined,
    isRecovering: isRecovering(report, down),
    problem,
  };
}

async function finish(node: NodeFacts, seconds: number | undefined, workshop: Workshop): Promise<void> {
  const { client, log, memory, events } = workshop;
  // Before: the watch may show the uncordon earlier than its answer comes, and minSecondsBetweenNodes counts from here.
  memory.finishedAt = monotonicMs();
  await finishNode(client, node, seconds, new Date());
  const took = seconds === undefined ? 'replaced' : `replaced in ${seconds.toFixed(1)} s`;
  const cordon = node.cordonedBy === undefined ? 'left cordoned, as it was' : 'uncordoned';
  log.info(`${node.name}: calico-node ${took}, ${cordon}`);
  if (seconds !== undefined) workshop.observeReplacement(seconds);
  events.onNode(node.name, {
    type: 'Normal',
    reason: 'CalicoNodeReplaced',
    message: `calico-node ${took}, ${cordon}`,
  });
}
