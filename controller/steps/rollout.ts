import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import { durationText } from '../../jobs/lib/run/progress.ts';
import type { Decision } from '../rollout/decide.ts';
import type { NodeFacts } from '../rollout/node-facts.ts';
import { isTarget } from '../rollout/node-state.ts';
import { isQuiet, takeRolloutTurn, throwProblem } from '../rollout/session.ts';
import type { RolloutPlan } from '../rollout/types.ts';
import type { Run, TemplateState, Work } from '../upgrade/run.ts';
import { liveDaemonSet } from './daemon-set.ts';
import type { NodesProgress, Progress } from './progress.ts';
import { openRolloutRun, type RolloutRun } from './rollout-run.ts';
import { isObserved, putTemplate, templateState } from './template.ts';

/** How long something that is in the way of the next node may last. */
const BLOCKED_MS = 10 * 60_000;

/** Takes one turn of the rollout: begins what is to be done now, and says how far it is. Throws what needs a person. */
export async function advanceRollout(work: Work): Promise<Progress> {
  const { run, mayBegin } = work;
  run.made.rollout ??= openRolloutRun({
    ...run.controller,
    resource: run.daemonSets,
    daemonSet: await liveDaemonSet(run),
    log: run.controller.log.child({ stage: 'rollout' }),
    onChange: run.controller.wake,
  });
  const { rollout } = run.made;
  const template = await wantedTemplate(work, rollout);
  throwProblem(rollout.session);
  if (!rollout.isSynced()) return waiting('the API server to list Nodes and pods');
  const live = rollout.daemonSets.objects.get(`${rollout.namespace}/${rollout.name}`);
  if (!live || !isObserved(live) || isBefore(live.metadata.generation, template.generation)) {
    return waiting(`the controller of DaemonSet ${rollout.name} to see the new template`);
  }
  const plan = planOf(work, template);
  const decision = takeRolloutTurn(turnOf(run, rollout, plan, template), mayBegin);
  return progressOf(work, rollout, acknowledged(run, rollout, decision), plan);
}

/** After a stop, a person has seen which nodes failed. */
function acknowledged({ made }: Run, { memory }: RolloutRun, decision: Decision): Decision {
  if (!made.acknowledges) return decision;
  made.acknowledges = false;
  for (const node of decision.troubled) memory.acknowledged.add(node);
  return { ...decision, failures: [] };
}

/** How many nodes have a pod of another template, also of those that the rollout is not for. */
export function nodesOfOtherTemplates({ made: { rollout, template } }: Run): number {
  if (!rollout || !template) return 0;
  const { nodes, pods } = rollout.stores;
  return [...pods.objects.values()].filter(pod => nodes.objects.has(pod.node) && !isTarget(pod, template))
    .length;
}

const waiting = (what: string): Progress => ({
  state: 'running',
  message: `waits for ${what}`,
  wakeMs: 1_000,
  isStuck: true,
});

const isBefore = (seen: unknown, wanted: number | undefined): boolean =>
  typeof seen === 'number' && wanted !== undefined && seen < wanted;

/**
 * Puts the template on the DaemonSet once, and again when somebody has changed it, or made it anew; while nothing may begin, it stays
 * what it is. Throws a refusal where it was deleted.
 */
async function wantedTemplate(work: Work, rollout: RolloutRun): Promise<TemplateState> {
  const { made } = work.run;
  const known = rollout.daemonSets.objects.get(`${rollout.namespace}/${rollout.name}`);
  const live = known ?? (rollout.isSynced() ? await liveDaemonSet(work.run) : undefined);
  const isAnother = live !== undefined && made.template?.uid !== live.metadata.uid;
  const isNewer = live !== undefined && isBefore(made.template?.generation, Number(live.metadata.generation));
  if (made.template && !isNewer && !isAnother) return made.template;
  if (!work.mayBegin) {
    const present = templateState(live ?? (await liveDaemonSet(work.run)));
    return isAnother ? present : (made.template ?? present);
  }
  made.template = await putTemplate(work);
  return made.template;
}

function planOf(work: Work, template: TemplateState): RolloutPlan {
  const { run, spec, isDataOpen } = work;
  const { rollout } = spec;
  return {
    ...rollout,
    upgrade: run.upgrade.metadata.name,
    revision: template.revision,
    images: template.images,
    placement: template.placement,
    ownNode: run.controller.ownNode,
    budgetMs: rollout.gracefulRestartSeconds * 1000,
    prePullMs: rollout.prePullSeconds * 1000,
    checksBgp: rollout.bgpCheck && run.detected.install.networkingBackend === 'bird',
    acceptsNotReady: isDataOpen,
  };
}

function turnOf(run: Run, rollout: RolloutRun, plan: RolloutPlan, { template }: TemplateState) {
  const { controller } = run;
  return {
    client: controller.client,
    namespace: rollout.namespace,
    template,
    plan,
    log: controller.log.child({ stage: 'rollout' }),
    events: controller.events,
    observeReplacement: controller.metrics.observeReplacement,
    signal: rollout.signal,
    stores: rollout.stores,
    memory: rollout.memory,
    session: rollout.session,
    onChange: controller.wake,
  };
}

function progressOf(work: Work, rollout: RolloutRun, decision: Decision, plan: RolloutPlan): Progress {
  const { run, mayBegin } = work;
  const nodes = nodesProgress(rollout, decision, plan);
  sayProgress(run, decision);
  const blocked = mayBegin ? decision.blocked : undefined;
  const blockedMs = run.patience.rollout.elapsedMs(blocked?.key);
  const [failure] = decision.failures;
  const wakeMs = Math.min(decision.wakeMs ?? 5_000, 5_000);
  if (failure) return { state: 'stopped', message: failureText(decision), wakeMs, nodes };
  const isIdle = decision.isIdle && isQuiet(rollout.session);
  if (decision.isDone && isIdle && rollout.stores.prePulls.objects.size === 0) {
    return { state: 'done', message: `${doneText(decision)}${cordonedText(rollout)}`, nodes };
  }
  if (blockedMs > BLOCKED_MS) {
    return {
      state: 'stopped',
      message: `for ${durationText(BLOCKED_MS)} no further node could be begun: ${blocked?.text}`,
      nodes,
    };
  }
  const isStuck = isIdle && !decision.isPulling && (blocked !== undefined || decision.isDone);
  const key = blocked?.key ?? decision.message;
  return { state: 'running', message: decision.message, key, wakeMs, isIdle, isStuck, nodes };
}

function failureText({ failures }: Decision): string {
  const [first] = failures;
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more nodes)` : '';
  return `${first?.node}: ${first?.reason}${more}. No other node is touched`;
}

function doneText({ counts, skipped }: Decision): string {
  const left =
    skipped.length === 0
      ? ''
      : `; ${skipped.length} that are not Ready are left, and replaced when they are back`;
  return `${counts.updated} of ${counts.total} nodes have the target${left}`;
}

/** Names what nobody will uncordon by itself: cordons of somebody else, and ours whose mark somebody has taken off. */
function cordonedText({ stores }: RolloutRun): string {
  const names = [...stores.nodes.objects.values()]
    .filter(({ isUnschedulable, cordonedBy }) => isUnschedulable && cordonedBy === undefined)
    .map(({ name }) => name);
  if (names.length === 0) return '';
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `; ${names.slice(0, 3).join(', ')}${more} ${names.length === 1 ? 'is' : 'are'} cordoned, and not by this upgrade`;
}

const SLOWEST = 5;

function nodesProgress({ stores }: RolloutRun, decision: Decision, plan: RolloutPlan): NodesProgress {
  const { counts, currentNodes, failures, skipped } = decision;
  return {
    counts,
    currentNodes,
    failures,
    skipped,
    slowest: slowestOf(stores.nodes.objects.values(), plan.revision),
  };
}

function slowestOf(nodes: Iterable<NodeFacts>, revision: string): NodesProgress['slowest'] {
  return [...nodes]
    .flatMap(({ name, replaced }) =>
      replaced?.revision === revision ? [{ node: name, seconds: replaced.seconds }] : [],
    )
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
}

/** A line for each node that is finished, with the time that is left by what this process has seen. */
function sayProgress(run: Run, { counts }: Decision): void {
  const { made, controller } = run;
  const now = monotonicMs();
  made.began ??= { at: now, updated: counts.updated, last: -1 };
  if (made.began.last === counts.updated) return;
  made.began.last = counts.updated;
  const finished = counts.updated - made.began.updated;
  const left = counts.total - counts.updated - counts.skipped;
  const eta =
    finished > 0 && left > 0 ? `, about ${durationText(((now - made.began.at) / finished) * left)} left` : '';
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} left out` : '';
  controller.log.info({ stage: 'rollout' }, `nodes ${counts.updated}/${counts.total}${skipped}${eta}`);
}
