import { CALICO_NAMESPACE } from '../../jobs/lib/calico/tpr-kinds.ts';
import { DAEMON_SETS } from '../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../jobs/lib/kubernetes/discovery.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { defaultRollout } from '../api/spec.ts';
import { deletePod } from '../rollout/actions.ts';
import { isQuiet, takeRolloutTurn, throwProblem } from '../rollout/session.ts';
import { openRolloutRun, type RolloutRun } from '../steps/rollout-run.ts';
import { templateState } from '../steps/template.ts';
import type { Controller } from './controller.ts';

/** Whether nodes that are left need time, or are over their budget, which time alone may not end. */
export type Left = 'waits' | 'stuck';

/** The nodes that an upgrade left in the middle, which was deleted or cannot go on. */
export interface Orphans {
  /** Finishes what is begun, for one turn. Returns undefined when nothing is left. */
  turn(): Promise<Left | undefined>;
  close(): Promise<void>;
}

/**
 * Looks after nodes that are marked although no upgrade is at work on nodes: their replacement is finished and they are uncordoned, and no
 * other is begun. So an upgrade that is deleted leaves a cluster that works.
 */
export async function openOrphans(controller: Controller): Promise<Orphans | undefined> {
  const { client, signal } = controller;
  const resource = await firstServed(client, DAEMON_SETS);
  if (!resource) return undefined;
  const found = await Promise.all(
    ['calico-node', 'canal'].map(name => get(client, resource, name, CALICO_NAMESPACE)),
  );
  const daemonSet = found.find(object => object !== undefined);
  if (!daemonSet) return undefined;
  const log = controller.log.child({ stage: 'rollout' });
  const rollout = openRolloutRun({ client, resource, daemonSet, log, onChange: controller.wake, signal });
  return { turn: () => finishLeft(controller, rollout), close: rollout.close };
}

async function finishLeft(controller: Controller, rollout: RolloutRun): Promise<Left | undefined> {
  throwProblem(rollout.session);
  if (!rollout.isSynced()) return 'waits';
  const live = rollout.daemonSets.objects.get(`${rollout.namespace}/${rollout.name}`);
  if (!live) return undefined;
  for (const pod of rollout.stores.prePulls.objects.values()) {
    if (!pod.isDeleting) await deletePod(controller.client, pod, rollout.namespace);
  }
  const decision = takeRolloutTurn(turnOf(controller, rollout, live), false);
  if (decision.isIdle && isQuiet(rollout.session)) return undefined;
  const isLate = decision.currentNodes.every(node => decision.troubled.includes(node));
  return isLate && isQuiet(rollout.session) ? 'stuck' : 'waits';
}

/** Without an upgrade nothing says how BGP is to be checked: a pod that is Ready is enough to uncordon its node. */
function turnOf(controller: Controller, rollout: RolloutRun, live: KubeObject) {
  const { revision, images, template, placement } = templateState(live);
  const limits = defaultRollout();
  return {
    ...{ client: controller.client, namespace: rollout.namespace, template },
    plan: {
      ...limits,
      ...{ upgrade: '', revision, images, placement, ownNode: controller.ownNode },
      budgetMs: limits.gracefulRestartSeconds * 1000,
      prePullMs: limits.prePullSeconds * 1000,
      checksBgp: false,
      acceptsNotReady: false,
    },
    log: controller.log.child({ stage: 'rollout' }),
    events: controller.events,
    observeReplacement: controller.metrics.observeReplacement,
    ...{ stores: rollout.stores, memory: rollout.memory, session: rollout.session },
    ...{ signal: rollout.signal, onChange: controller.wake },
  };
}
