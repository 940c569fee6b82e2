import { calicoNodes, olderNodes, podFacts } from '../lib/calico/calico-nodes.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { CALICO_UPGRADES } from '../lib/calico/upgrade/api.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  JOBS,
  PODS,
  ROLE_BINDINGS,
  ROLES,
  SERVICE_ACCOUNTS,
  THIRD_PARTY_RESOURCES,
} from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import { type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { remove } from '../lib/kubernetes/remove.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { HOW_TO_CONFIRM, NOTHING_DELETED } from '../lib/run/confirm.ts';
import { different, refused } from '../lib/run/failure.ts';
import { requireAccess } from '../lib/run/own-access.ts';
import type { Findings, JobResult, Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { TprCleanerOptions } from './options.ts';
import { isBackup, isFinished, isOfController, isOwn, type OwnObject, openPhase } from './own-objects.ts';

const CONTROLLER_STAYS =
  'the controller stays, with what it runs with. To remove it with all CalicoUpgrades: kubectl delete -f manifests/controller-jobs.yaml -f manifests/controller.yaml';

/** Removes what we have left in the cluster, after it is listed; refuses while an upgrade is under way. */
export async function cleanOwn(options: TprCleanerOptions, run: Run, findings: Findings): Promise<JobResult> {
  const client = run.client();
  const preflight = run.stage('preflight');
  const resources = await servedKinds(client);
  const spaces = [...new Set([options.namespace, CALICO_NAMESPACE])];
  await requireAccess(client, readAccess(resources, spaces));
  const all = await readOwn(client, resources, spaces);
  const own = withoutController(all);
  await requireFinished(client, own);
  if (!options.dryRun) await requireAccess(client, own.flatMap(deleteAccess));
  preflight.info('no upgrade is under way, all rights are there');

  const plan = run.stage('plan');
  if (all.length > own.length) plan.info(CONTROLLER_STAYS);
  for (const item of own) plan.info(itemText(item));
  const backups = own.filter(isBackup).length;
  const which = `${backups} of them ConfigMaps of backups`;
  const count = `${countOf(own.length, 'object')} of ours`;
  findings.counts = { found: own.length, backups };
  findings.details = { objects: own.map(itemText) };
  if (own.length === 0)
    return { ...findings, sentence: 'nothing to delete: nothing of ours is in the cluster' };
  if (backups > 0)
    plan.warn(
      'without the backups nothing can be brought back; to keep them: kubectl get configmaps --all-namespaces -l calico-upgrade/backup=true -o yaml > calico-upgrade-backups.yaml',
    );
  if (options.dryRun)
    return { ...findings, sentence: `dry run: ${count} to delete, ${which}. ${HOW_TO_CONFIRM}` };

  const apply = run.stage('apply');
  for (const { resource, object } of own)
    await remove(client, resource, object, resource === JOBS ? { propagationPolicy: 'Background' } : {});
  apply.info(`${countOf(own.length, 'object')} deleted`);
  const left = withoutController(await readOwn(client, resources, spaces)).map(itemText);
  if (left.length > 0)
    throw different(`${countOf(left.length, 'object')} of ours still there, or made anew`, left);
  run.stage('verify').info('nothing of ours is left');
  return { ...findings, sentence: `deleted and verified: ${count}, ${which}` };
}

/** In the order of deletion: whoever is cut off in between can still see the rest, as rights go last. */
async function servedKinds(client: KubeClient): Promise<readonly Resource[]> {
  const rbac = [ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS, ROLES, CLUSTER_ROLES];
  const served = await Promise.all(rbac.map(forms => firstServed(client, forms)));
  return [JOBS, CONFIG_MAPS, ...served.filter(found => found !== undefined), SERVICE_ACCOUNTS];
}

function readAccess(resources: readonly Resource[], spaces: readonly string[]): readonly Access[] {
  return [
    ...resources.flatMap(resource =>
      resource.namespaced
        ? spaces.flatMap(namespace => rights(resource, ['list'], { namespace }))
        : rights(resource, ['list']),
    ),
    ...rights(PODS, ['list'], { namespace: CALICO_NAMESPACE }),
    ...rights(THIRD_PARTY_RESOURCES, ['list']),
    ...rights(CALICO_UPGRADES, ['list']),
  ];
}

function deleteAccess({ resource, object }: OwnObject): readonly Access[] {
  const { name, namespace } = object.metadata;
  return rights(resource, ['delete'], { name, ...(namespace !== undefined && { namespace }) });
}

async function readOwn(
  client: KubeClient,
  resources: readonly Resource[],
  spaces: readonly string[],
): Promise<readonly OwnObject[]> {
  const found: OwnObject[] = [];
  for (const resource of resources) {
    const lists = resource.namespaced
      ? await Promise.all(spaces.map(namespace => list(client, resource, { namespace })))
      : [await list(client, resource)];
    const objects = lists.flatMap(objects => objects ?? []).filter(isOwn);
    found.push(...objects.map(object => ({ resource, object })));
  }
  return found;
}

/** Throws a refusal that says what shows that an upgrade is not finished. */
async function requireFinished(client: KubeClient, own: readonly OwnObject[]): Promise<void> {
  const [pods, tprs, upgrades] = await Promise.all([
    list(client, PODS, { namespace: CALICO_NAMESPACE, pick: podFacts }),
    list(client, THIRD_PARTY_RESOURCES),
    list(client, CALICO_UPGRADES),
  ]);
  const names = new Set(TPR_KINDS.map(({ tprName }) => tprName));
  const reasons = [
    ...(upgrades ?? []).flatMap(openText),
    ...own
      .filter(({ resource, object }) => resource === JOBS && !isFinished(object))
      .map(item => `${itemText(item)}: is not finished. Wait for it, or delete it`),
    ...olderNodes(calicoNodes([], pods ?? []), '2.5.0').map(line => `${line}. Finish the upgrade`),
    ...(tprs ?? [])
      .filter(({ metadata }) => names.has(metadata.name))
      .map(({ metadata }) => `ThirdPartyResource ${metadata.name}: is still there. Run tpr-cleaner first`),
  ];
  if (reasons.length > 0)
    throw refused(`${NOTHING_DELETED}an upgrade is not finished, and may need what we keep for it`, reasons);
}

const withoutController = (all: readonly OwnObject[]): readonly OwnObject[] =>
  all.filter(item => !isOfController(item));

function openText(upgrade: KubeObject): readonly string[] {
  const phase = openPhase(upgrade);
  if (phase === undefined) return [];
  return [`CalicoUpgrade ${upgrade.metadata.name}: its phase is ${phase}. Bring it to its end, or delete it`];
}

const itemText = ({ resource, object }: OwnObject): string => `${resource.kind} ${objectKey(object)}`;
