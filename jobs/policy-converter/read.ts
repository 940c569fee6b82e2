import type { Pod } from '../lib/calico/networkpolicy/cluster.ts';
import { ISOLATION_ANNOTATION } from '../lib/calico/networkpolicy/isolation.ts';
import { readPod } from '../lib/calico/networkpolicy/read-cluster.ts';
import { NAMESPACES, PODS } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../lib/kubernetes/object.ts';
import { type Resource, resourceName } from '../lib/kubernetes/resource.ts';
import { refused } from '../lib/run/failure.ts';
import type { Objects, Snapshot } from './snapshot.ts';

/** Reads what a conversion is planned on, as it is now. */
export async function readObjects(client: KubeClient, resource: Resource): Promise<Objects> {
  // Policies first: a namespace that is made in between is then there without policies, and never the other way round.
  const policies = await listAll(client, resource);
  const namespaces = await listAll(client, NAMESPACES, namespaceOnly);
  const names = namesOf(namespaces);
  return { namespaces, policies: policies.filter(({ metadata }) => names.has(metadata.namespace ?? '')) };
}

/** Reads the pods, too: the greater part of the work in a large cluster. */
export async function readSnapshot(client: KubeClient, resource: Resource): Promise<Snapshot> {
  const [objects, pods] = await Promise.all([readObjects(client, resource), readPods(client)]);
  return { ...objects, pods: podsIn(objects, pods) };
}

export async function readPods(client: KubeClient): Promise<readonly Pod[]> {
  const pods = await listAll(client, PODS, podOnly);
  return pods.map(readPod).filter(pod => pod !== undefined);
}

/** Those whose namespace is known. */
export function podsIn({ namespaces }: Objects, pods: readonly Pod[]): readonly Pod[] {
  const names = namesOf(namespaces);
  return pods.filter(({ namespace }) => names.has(namespace));
}

const namesOf = (namespaces: readonly KubeObject[]): ReadonlySet<string> =>
  new Set(namespaces.map(({ metadata }) => metadata.name));

async function listAll(
  client: KubeClient,
  resource: Resource,
  pick?: (object: KubeObject) => KubeObject,
): Promise<readonly KubeObject[]> {
  const objects = await list(client, resource, pick ? { pick } : {});
  // An error never counts as none.
  if (!objects) throw refused(`${resourceName(resource)} are not served any more (404 on their list)`);
  return objects;
}

function namespaceOnly({ metadata, status }: KubeObject): KubeObject {
  const { name, labels = {}, annotations = {}, deletionTimestamp } = metadata;
  const annotation = annotations[ISOLATION_ANNOTATION];
  return {
    metadata: {
      name,
      labels,
      annotations: annotation === undefined ? {} : { [ISOLATION_ANNOTATION]: annotation },
      deletionTimestamp,
    },
    status: { phase: isRecord(status) ? status.phase : undefined },
  };
}

function podOnly({ metadata, spec, status }: KubeObject): KubeObject {
  const { namespace = '', name, labels = {} } = metadata;
  const fields = isRecord(spec) ? spec : {};
  const containers = Array.isArray(fields.containers) ? fields.containers.filter(isRecord) : [];
  return {
    metadata: { namespace, name, labels },
    spec: { hostNetwork: fields.hostNetwork, containers: containers.map(({ ports }) => ({ ports })) },
    status: { phase: isRecord(status) ? status.phase : undefined },
  };
}
