import { calicoInstall } from '../lib/calico/calico-install.ts';
import { containersOf } from '../lib/calico/container-env.ts';
import type { Datastore } from '../lib/calico/datastore.ts';
import { CALICO_PLACE } from '../lib/calico/install-place.ts';
import {
  type ControllerImage,
  controllerName,
  type RunningSemantics,
  runningSemantics,
} from '../lib/calico/networkpolicy/running-semantics.ts';
import { accessText, missingAccess } from '../lib/kubernetes/access.ts';
import { DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES, PODS } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { imagesOnly, readDaemonSet } from '../lib/kubernetes/daemon-set.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../lib/kubernetes/object.ts';
import { apiVersionOf, type Resource } from '../lib/kubernetes/resource.ts';
import { judge } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { missingText, ownPlaces } from '../lib/run/own-access.ts';
import { type ApiForms, neededAccess } from './access.ts';
import { checkApi, checkDatastore, checkPermissions } from './checks.ts';
import type { PolicyConverterOptions } from './options.ts';

/** What preflight has found. */
export interface Surroundings {
  /** The API of NetworkPolicies that is used: one of those that show the same objects. */
  readonly resource: Resource;
  readonly datastore: Datastore;
  readonly running: RunningSemantics;
}

/** Looks at the API server, our rights and the Calico that runs. Throws a refusal that names every failed check. */
export async function lookAround(
  client: KubeClient,
  options: PolicyConverterOptions,
  log: Log,
): Promise<Surroundings> {
  const forms = await checkServer(client, options, log);
  const [found, controllers] = await Promise.all([
    readDaemonSet(client, forms.daemonSets, CALICO_PLACE),
    readControllers(client, forms.deployments),
  ]);
  const install = calicoInstall(found);
  judge([checkDatastore(install)], options.force, log);
  return {
    resource: forms.policies,
    datastore: install.datastore,
    running: runningSemantics(install, controllers),
  };
}

async function checkServer(client: KubeClient, options: PolicyConverterOptions, log: Log): Promise<ApiForms> {
  const [policies, daemonSets, deployments] = await Promise.all([
    firstServed(client, NETWORK_POLICIES),
    firstServed(client, DAEMON_SETS),
    firstServed(client, DEPLOYMENTS),
  ]);
  judge([checkApi(policies && apiVersionOf(policies))], options.force, log);
  // Nothing can be read or written without it, forced or not; --force is for a check that errs.
  if (!policies) throw refused('the API server serves no NetworkPolicies');
  const forms = { policies, daemonSets, deployments };
  const places = ownPlaces(options);
  const missing = (await missingAccess(client, neededAccess(forms, places, false))).map(accessText);
  const needed = new Set(neededAccess(forms, places, options.dryRun).map(accessText));
  const later = missing.filter(access => !needed.has(access));
  judge([checkPermissions(missing.filter(access => needed.has(access)))], options.force, log);
  if (later.length > 0) log.warn(`for the run without --dry-run: ${missingText(later)}`);
  return forms;
}

const CONTROLLER_PODS = 'k8s-app in (calico-policy, calico-policy-controller, calico-kube-controllers)';

/** The policy controllers that run or are about to: only an etcd datastore has them. */
async function readControllers(
  client: KubeClient,
  deployments: Resource | undefined,
): Promise<readonly ControllerImage[]> {
  const { namespace } = CALICO_PLACE;
  const [found, pods] = await Promise.all([
    deployments ? list(client, deployments, { namespace }) : [],
    list(client, PODS, { namespace, labelSelector: CONTROLLER_PODS, pick: imagesOnly }),
  ]);
  return [
    ...(found ?? [])
      .filter(hasReplicas)
      .flatMap(deployment => imagesOf(`Deployment ${deployment.metadata.name}`, templateOf(deployment))),
    ...(pods ?? []).flatMap(pod => imagesOf(`Pod ${pod.metadata.name}`, pod.spec)),
  ].filter(({ image }) => controllerName(image) !== undefined);
}

/** 2.6 ships a Deployment of the old name with no replicas, so that the old controller goes. */
const hasReplicas = ({ spec }: KubeObject): boolean => !isRecord(spec) || spec.replicas !== 0;

const templateOf = ({ spec }: KubeObject): unknown =>
  isRecord(spec) && isRecord(spec.template) ? spec.template.spec : undefined;

const imagesOf = (where: string, podSpec: unknown): readonly ControllerImage[] =>
  containersOf(podSpec).map(({ image }) => ({ where, image }));
