import { type CalicoInstall, calicoInstall } from '../lib/calico/calico-install.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { accessText, missingAccess } from '../lib/kubernetes/access.ts';
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  PODS,
  THIRD_PARTY_RESOURCES,
} from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { crdState } from '../lib/kubernetes/crd.ts';
import { firstServed, serverVersion } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../lib/kubernetes/object.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { get } from '../lib/kubernetes/write.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { missingText, ownPlaces } from '../lib/run/own-access.ts';
import { CALICO_CONFIG_MAPS, neededAccess } from './access.ts';
import { type Check, type CheckName, checkApi, checkPermissions } from './checks.ts';
import type { TprToCrdOptions } from './options.ts';

/** The API forms that this server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/** Looks at the API server and at our rights. Throws a refusal that names every failed check, unless forced. */
export async function checkServer(client: KubeClient, options: TprToCrdOptions, log: Log): Promise<ApiForms> {
  const [version, crds, daemonSets, tprs] = await Promise.all([
    serverVersion(client),
    firstServed(client, CUSTOM_RESOURCE_DEFINITIONS),
    firstServed(client, DAEMON_SETS),
    firstServed(client, [THIRD_PARTY_RESOURCES]),
  ]);
  const fromEtcd = options.fromEtcd !== undefined;
  const checks = checkApi({ version, servesCrds: Boolean(crds), servesTprs: Boolean(tprs), fromEtcd });
  judge(checks, options.force, log);
  // Without the CRD API nothing can be done, forced or not; --force is for a check that errs.
  if (!crds) throw refused('the API server does not serve CustomResourceDefinitions');
  const forms = { crds, daemonSets };
  const missing = (await missingAccess(client, accessFor(options, forms, false))).map(accessText);
  const needed = new Set(accessFor(options, forms, options.dryRun).map(accessText));
  const later = missing.filter(access => !needed.has(access));
  judge([checkPermissions(missing.filter(access => needed.has(access)))], options.force, log);
  if (later.length > 0) log.warn(`for the run without --dry-run: ${missingText(later)}`);
  return forms;
}

function accessFor(options: TprToCrdOptions, { crds, daemonSets }: ApiForms, dryRun: boolean) {
  return neededAccess({
    crdApi: crds,
    daemonSets,
    fromEtcd: options.fromEtcd !== undefined,
    dryRun,
    ...ownPlaces(options),
  });
}

/**
 * Looks at the CRD definitions that exist. Returns the plurals of those that are not usable yet. Throws a refusal that
 * names every definition which is in the way.
 */
export async function checkDefinitions(client: KubeClient, crds: Resource): Promise<ReadonlySet<string>> {
  const states = await Promise.all(TPR_KINDS.map(({ crd }) => crdState(client, crds, crd)));
  const wrong = states.flatMap(found => (found.state === 'wrong' ? [found.reason] : []));
  if (wrong.length > 0) throw refused(`nothing was written: ${wrong.join('. ')}`);
  return new Set(
    TPR_KINDS.filter((_, index) => states[index]?.state === 'waiting').map(({ crd }) => crd.plural),
  );
}

/** Logs every check; throws a refusal with all failed ones that are not forced. */
export function judge(checks: readonly Check[], force: readonly CheckName[], log: Log): void {
  for (const { ok, name, text } of checks) {
    if (ok) log.info(text);
    else if (force.includes(name)) log.warn(`forced, although ${text}`);
  }
  const failed = checks.filter(({ ok, name }) => !ok && !force.includes(name));
  if (failed.length === 0) return;
  throw refused(failed.map(({ name, text }) => `${text} (check ${name})`).join('. '));
}

/** Reads how Calico runs in this cluster: DaemonSet, its pods, and the ConfigMaps that give them their environment. */
export async function readInstall(client: KubeClient, api: ApiForms): Promise<CalicoInstall> {
  const namespace = CALICO_NAMESPACE;
  const [daemonSets, configMaps] = await Promise.all([
    api.daemonSets ? list(client, api.daemonSets, { namespace }) : [],
    Promise.all(CALICO_CONFIG_MAPS.map(name => get(client, CONFIG_MAPS, name, namespace))),
  ]);
  const daemonSet = daemonSets?.find(({ metadata }) => ['calico-node', 'canal'].includes(metadata.name));
  const labelSelector = podSelector(daemonSet);
  const pods = await list(client, PODS, { namespace, labelSelector, pick: imagesOnly });
  return calicoInstall({
    daemonSet,
    pods: pods ?? [],
    configMaps: configMaps.filter(configMap => configMap !== undefined),
  });
}

/** The pods of the DaemonSet; without one, those that carry the label of the hosted installs. */
function podSelector(daemonSet: KubeObject | undefined): string {
  const spec = isRecord(daemonSet?.spec) ? daemonSet.spec : {};
  const selector = isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  return labels.length > 0
    ? labels.map(([key, value]) => `${key}=${String(value)}`).join(',')
    : 'k8s-app in (calico-node, canal)';
}

function imagesOnly({ metadata, spec }: KubeObject): KubeObject {
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  return {
    metadata: { name: metadata.name },
    spec: { containers: containers.map(({ name, image }) => ({ name, image })) },
  };
}
