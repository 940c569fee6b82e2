import { GLOBAL_FELIX_CONFIGS } from '../calico/crd-kinds.ts';
import { ISOLATION_ANNOTATION } from '../calico/networkpolicy/isolation.ts';
import { calicoReleases } from '../calico/releases.ts';
import { TPR_KINDS } from '../calico/tpr-kinds.ts';
import type { Detected } from '../calico/upgrade/detected.ts';
import { type Access, rights } from '../kubernetes/access.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  NAMESPACES,
  NETWORK_POLICIES,
  THIRD_PARTY_RESOURCES,
} from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { firstServed, serverVersion } from '../kubernetes/discovery.ts';
import { list } from '../kubernetes/list.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { controllersAccess, readControllers } from './read-controllers.ts';
import { installAccess, readInstall } from './read-install.ts';

/** The forms that an API server has of what is looked at; undefined for a kind that it does not serve. */
export interface ServedForms {
  readonly gitVersion: string;
  readonly servesTprs: boolean;
  readonly servesCrds: boolean;
  readonly daemonSets: Resource | undefined;
  readonly deployments: Resource | undefined;
  readonly policies: Resource | undefined;
}

/** Asks the API server for its version and its forms, which every user may. */
export async function readServedForms(client: KubeClient): Promise<ServedForms> {
  const [{ gitVersion }, tprs, crds, daemonSets, deployments, policies] = await Promise.all([
    serverVersion(client),
    firstServed(client, [THIRD_PARTY_RESOURCES]),
    firstServed(client, CUSTOM_RESOURCE_DEFINITIONS),
    firstServed(client, DAEMON_SETS),
    firstServed(client, DEPLOYMENTS),
    firstServed(client, NETWORK_POLICIES),
  ]);
  return {
    gitVersion,
    servesTprs: tprs !== undefined,
    servesCrds: crds !== undefined,
    daemonSets,
    deployments,
    policies,
  };
}

/** The kinds in which Calico keeps its setting CalicoVersion, up to 2.4 and from 2.5 on. */
function configKinds({ servesTprs }: ServedForms): readonly Resource[] {
  const old = TPR_KINDS.filter(({ tpr }) => tpr.kind === 'GlobalConfig').map(({ tpr }) => tpr);
  return servesTprs ? [...old, GLOBAL_FELIX_CONFIGS] : [GLOBAL_FELIX_CONFIGS];
}

/** The rights that `detectCluster` uses: all of them to read. */
export function detectAccess(forms: ServedForms): readonly Access[] {
  const { daemonSets, deployments, policies, servesTprs } = forms;
  return [
    ...installAccess(daemonSets),
    ...controllersAccess(deployments),
    ...rights(NAMESPACES, ['list']),
    ...(policies ? rights(policies, ['list']) : []),
    ...(servesTprs ? rights(THIRD_PARTY_RESOURCES, ['list']) : []),
    ...configKinds(forms).flatMap(kind => rights(kind, ['list'])),
  ];
}

/** Reads all that an upgrade plan is made from. Changes nothing. */
export async function detectCluster(
  client: KubeClient,
  forms: ServedForms,
  saidRelease: string | undefined,
): Promise<Detected> {
  const { daemonSets, deployments, policies, servesTprs } = forms;
  const [install, controllers, networkPolicies, namespaces, tprs, ...configs] = await Promise.all([
    readInstall(client, daemonSets),
    readControllers(client, deployments),
    policies ? list(client, policies, { pick: nameOnly }) : [],
    list(client, NAMESPACES, { pick: isolationOnly }),
    servesTprs ? list(client, THIRD_PARTY_RESOURCES, { pick: nameOnly }) : [],
    ...configKinds(forms).map(kind => list(client, kind)),
  ]);
  const known = new Set(TPR_KINDS.map(({ tprName }) => tprName));
  const annotated = (namespaces ?? []).filter(({ metadata }) => metadata.annotations);
  return {
    kubernetes: forms,
    install,
    controllers,
    releases: calicoReleases(
      install,
      configs.flatMap(objects => objects ?? []),
    ),
    saidRelease,
    policies: {
      networkPolicies: networkPolicies?.length ?? 0,
      annotatedNamespaces: annotated.length,
    },
    thirdPartyResources: (tprs ?? []).map(({ metadata }) => metadata.name).filter(name => known.has(name)),
  };
}

const nameOnly = ({ metadata }: KubeObject): KubeObject => ({ metadata: { name: metadata.name } });

/** The name of a namespace, and the annotation that isolates it where it has it. */
function isolationOnly({ metadata }: KubeObject): KubeObject {
  const annotation = metadata.annotations?.[ISOLATION_ANNOTATION];
  const annotations = annotation === undefined ? {} : { annotations: { [ISOLATION_ANNOTATION]: annotation } };
  return { metadata: { name: metadata.name, ...annotations } };
}
