import { CALICO_NAMESPACE } from '../../jobs/lib/calico/tpr-kinds.ts';
import { AT_WORK_ANNOTATION, FROM_ANNOTATION } from '../../jobs/lib/calico/upgrade/annotations.ts';
import type { Detected } from '../../jobs/lib/calico/upgrade/detected.ts';
import { readStatus, type StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import { discoverKinds } from '../../jobs/lib/kubernetes/kinds.ts';
import { withoutOwners } from '../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { apiVersionOf, type Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { detectCluster, readServedForms, type ServedForms } from '../../jobs/lib/run/detect-cluster.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import { requireAccess } from '../../jobs/lib/run/own-access.ts';
import { CALICO_CONFIG_MAPS } from '../../jobs/lib/run/read-install.ts';
import { controllerAccess } from '../access.ts';
import type { UpgradeSpec } from '../api/spec.ts';
import { createPatience } from '../jobs/patience.ts';
import type { Controller } from './controller.ts';
import { planFingerprint } from './fingerprint.ts';
import { planSteps, rollbackSteps } from './plan-steps.ts';
import { type KeptPrevious, keepPrevious, loadPrevious, previousText } from './previous.ts';
import type { Run } from './run.ts';

const CONTROLLER_NAMES = ['calico-kube-controllers', 'calico-policy-controller'];

/**
 * Looks at the cluster, and makes or takes up the plan of an upgrade. Changes nothing in Calico; what is there is kept for the way back. Throws a
 * refusal where a right is missing, or there is no way to the target.
 */
export async function openRun(controller: Controller, upgrade: KubeObject, spec: UpgradeSpec): Promise<Run> {
  const { client, namespace } = controller;
  const forms = await readServedForms(client);
  await requireAccess(client, controllerAccess(forms, namespace));
  const { daemonSets, deployments } = servedForms(forms);
  const uid = upgrade.metadata.uid ?? '';
  const kept = await loadPrevious(client, namespace, uid);
  if (kept && kept.target !== spec.targetVersion) {
    throw refused(
      `it was begun to Calico ${kept.target}, and spec.targetVersion is ${spec.targetVersion} now. Set it back; for another release make another CalicoUpgrade when this one is over`,
    );
  }
  const live = await readLive(controller, daemonSets, deployments);
  const changedFrom = live.daemonSet?.metadata.annotations?.[FROM_ANNOTATION];
  const said = spec.fromVersion ?? kept?.from ?? changedFrom;
  const detected = await detectCluster(client, forms, said);
  const isRollback = spec.rollback || kept?.rollback !== undefined;
  const plannedFor = planFingerprint(spec, isRollback);
  const status = readStatus(upgrade.status);
  const known = status?.plannedFor === plannedFor ? status.steps : undefined;
  const planned = isRollback
    ? planBack(detected, kept, status?.steps, previousText(namespace, uid))
    : known
      ? { from: status?.from ?? '', steps: known }
      : planForward(detected, spec, changedFrom !== undefined);
  const previous = kept ?? (await keepBefore(controller, uid, live, planned.from, spec));
  if (!known) sayPlan(controller, planned.steps);
  return {
    ...{ controller, upgrade, forms, daemonSets, deployments, detected, previous, isRollback, plannedFor },
    steps: known ?? planned.steps,
    kinds: discoverKinds(client),
    patience: {
      job: createPatience(),
      rollout: createPatience(),
      step: createPatience(),
      failure: createPatience(),
    },
    made: {},
  };
}

/**
 * Keeps what is there now. Where another upgrade that was deleted in the middle has changed the DaemonSet already, what that one has kept is
 * the way back of this one, too; where nothing is kept of it, there is none.
 */
async function keepBefore(
  { client, namespace }: Controller,
  uid: string,
  live: Live,
  from: string,
  { targetVersion: target }: UpgradeSpec,
): Promise<KeptPrevious> {
  const notes = live.daemonSet?.metadata.annotations ?? {};
  const other = notes[AT_WORK_ANNOTATION];
  const heritage =
    other === undefined || other === uid ? undefined : await loadPrevious(client, namespace, other);
  const changed = notes[FROM_ANNOTATION];
  const before = { ...live, from: changed ?? from, isLate: changed !== undefined };
  const { rollback: _, ...kept } = { ...(heritage ?? before), rollback: undefined };
  return keepPrevious(client, namespace, uid, { ...kept, target });
}

function servedForms({ daemonSets, deployments }: ServedForms): {
  readonly daemonSets: Resource;
  readonly deployments: Resource;
} {
  if (daemonSets && deployments) return { daemonSets, deployments };
  throw refused(
    'the API server serves no DaemonSets or no Deployments that are known here: apps/v1 or extensions/v1beta1',
  );
}

interface PlannedSteps {
  readonly from: string;
  readonly steps: readonly StepStatus[];
}

function planForward(detected: Detected, spec: UpgradeSpec, isChanged: boolean): PlannedSteps {
  const plan = planSteps(detected, spec, isChanged);
  if ('problems' in plan)
    throw refused(`no way to Calico ${spec.targetVersion}: ${plan.problems.join('. ')}`);
  return plan;
}

/** The way back ends where the old data was given up. */
function planBack(
  detected: Detected,
  kept: KeptPrevious | undefined,
  steps: readonly StepStatus[] | undefined,
  where: string,
): PlannedSteps {
  if (!kept || kept.isLate) {
    throw refused(
      `there is nothing to go back to: ${where} does not have what was before the first change, where the upgrade keeps it`,
    );
  }
  const over = steps?.find(({ name, state }) => ['complete', 'clean-up'].includes(name) && state === 'Done');
  if (over) {
    throw refused(
      `step ${over.name} is done, after which there is no way back by itself: the data of Calico ${kept.from} is no longer what runs. See the sections Go back of the README`,
    );
  }
  const { install } = detected;
  const hasControllers = kept.controllers.length > 0;
  return { from: kept.from, steps: rollbackSteps(install.datastore, kept.from, kept.target, hasControllers) };
}

interface Live {
  readonly daemonSet?: KubeObject;
  readonly controllers: KubeObject[];
  readonly configMap?: KubeObject;
}

/** What an upgrade changes, as it is now. */
async function readLive({ client }: Controller, daemonSets: Resource, deployments: Resource): Promise<Live> {
  const read = async (resource: Resource, names: readonly string[]): Promise<KubeObject[]> => {
    const found = await Promise.all(names.map(name => get(client, resource, name, CALICO_NAMESPACE)));
    return found.filter(object => object !== undefined).map(withKind(resource));
  };
  const [[daemonSet], controllers, [configMap]] = await Promise.all([
    read(daemonSets, ['calico-node', 'canal']),
    read(deployments, CONTROLLER_NAMES),
    read(CONFIG_MAPS, CALICO_CONFIG_MAPS),
  ]);
  return { controllers, ...(daemonSet && { daemonSet }), ...(configMap && { configMap }) };
}

const withKind =
  (resource: Resource) =>
  (object: KubeObject): KubeObject => ({
    ...withoutOwners(object),
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
  });

function sayPlan({ log }: Controller, steps: readonly StepStatus[]): void {
  for (const { name, state, reason } of steps) {
    log.info({ stage: 'plan' }, `${name}: ${state === 'NotNeeded' ? 'not needed: ' : ''}${reason}`);
  }
}
