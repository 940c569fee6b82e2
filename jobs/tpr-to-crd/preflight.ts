import {
  CALICO_CONFIG_MAPS,
  CALICO_DAEMON_SETS,
  CALICO_POD_LABELS,
  type CalicoInstall,
  calicoInstall,
} from '../lib/calico/calico-install.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { accessText, missingAccess } from '../lib/kubernetes/access.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  THIRD_PARTY_RESOURCES,
} from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { crdState } from '../lib/kubernetes/crd.ts';
import { readDaemonSet } from '../lib/kubernetes/daemon-set.ts';
import { firstServed, serverVersion } from '../lib/kubernetes/discovery.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { judge } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { missingText, ownPlaces } from '../lib/run/own-access.ts';
import { neededAccess } from './access.ts';
import { checkApi, checkPermissions } from './checks.ts';
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

/** Reads how Calico runs in this cluster: DaemonSet, its pods, and the ConfigMaps that give them their environment. */
export async function readInstall(client: KubeClient, api: ApiForms): Promise<CalicoInstall> {
  const workload = await readDaemonSet(client, api.daemonSets, {
    namespace: CALICO_NAMESPACE,
    names: CALICO_DAEMON_SETS,
    podLabels: CALICO_POD_LABELS,
    configMaps: CALICO_CONFIG_MAPS,
  });
  return calicoInstall(workload);
}
