import { NAMESPACES, NETWORK_POLICIES, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { ApiError } from '../../../jobs/lib/kubernetes/errors.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { create, get, mergePatch } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { forEachConcurrently } from '../../../jobs/lib/run/concurrency.ts';
import { deleteAll } from '../clean-cluster.ts';
import type { World } from '../lib/calico/networkpolicy/brute-force.ts';

const [first] = NETWORK_POLICIES;
if (!first) throw new Error('no form of NetworkPolicies');

/** NetworkPolicies as the test's API server has them. */
export const POLICIES: Resource = first;

const ANNOTATION = 'net.beta.kubernetes.io/network-policy';

/** The annotation that isolates a namespace. */
export const DENY = '{"ingress":{"isolation":"DefaultDeny"}}';

/** Makes a cluster hold these namespaces, pods and policies, and no others of the kind (namespaces stay, and are open). */
export async function seedWorld(client: KubeClient, world: World): Promise<void> {
  await Promise.all([deleteAll(client, POLICIES), deleteAll(client, PODS)]);
  const existing = (await list(client, NAMESPACES)) ?? [];
  const wanted = new Map(world.namespaces.map(namespace => [namespace.metadata.name, namespace]));
  for (const { metadata } of existing) {
    const { labels = {}, annotations = {} } = wanted.get(metadata.name)?.metadata ?? {};
    const gone = Object.keys(metadata.labels ?? {}).filter(key => !key.includes('kubernetes.io/'));
    const patch = {
      labels: { ...Object.fromEntries(gone.map(key => [key, null])), ...labels },
      annotations: { [ANNOTATION]: null, ...annotations },
    };
    await mergePatch(client, NAMESPACES, metadata.name, () => ({ metadata: patch }));
  }
  const names = new Set(existing.map(({ metadata }) => metadata.name));
  for (const namespace of world.namespaces)
    if (!names.has(namespace.metadata.name)) await create(client, NAMESPACES, namespace);
  await forEachConcurrently(world.policies, 16, async policy => {
    await create(client, POLICIES, policy, policy.metadata.namespace);
  });
  await forEachConcurrently(world.pods, 16, pod => createPod(client, pod));
}

/** The controller manager makes the service account of a new namespace, without which no pod can be. */
async function createPod(client: KubeClient, pod: KubeObject): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    try {
      await create(client, PODS, pod, pod.metadata.namespace);
      return;
    } catch (error) {
      const early =
        error instanceof ApiError && error.status === 403 && error.message.includes('serviceaccount');
      if (!early) throw error;
      await sleep(50, signal);
    }
  }
}

/** The world that a cluster is now. */
export async function readWorld(client: KubeClient): Promise<World> {
  const [namespaces, pods, policies] = await Promise.all(
    [NAMESPACES, PODS, POLICIES].map(resource => list(client, resource)),
  );
  return { namespaces: namespaces ?? [], pods: pods ?? [], policies: policies ?? [] };
}

/** Sets or takes off the annotation of a namespace, as kubectl annotate does. */
export const annotate = (client: KubeClient, namespace: string, text: string | null) =>
  mergePatch(client, NAMESPACES, namespace, () => ({ metadata: { annotations: { [ANNOTATION]: text } } }));

export const namespaceOf = (
  name: string,
  annotation?: string,
  labels: Readonly<Record<string, string>> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels, annotations: annotation === undefined ? {} : { [ANNOTATION]: annotation } },
});

export const podOf = (
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  ports: readonly Readonly<Record<string, unknown>>[] = [{ containerPort: 80, name: 'http' }],
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, labels },
  spec: { containers: [{ name: 'main', image: 'registry.example.com/main', ports }] },
});

export const policyOf = (
  namespace: string,
  name: string,
  spec: unknown,
  metadata: Readonly<Record<string, unknown>> = {},
): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { ...metadata, namespace, name },
  spec,
});

/** A policy by its name; undefined where it is not there. */
export const getPolicy = (client: KubeClient, namespace: string, name: string) =>
  get(client, POLICIES, name, namespace);

const SELECT_WEB = { podSelector: { matchLabels: { app: 'web' } } };
const FROM_FRONT = { from: [{ namespaceSelector: { matchLabels: { tier: 'front' } } }] };

/**
 * Two isolated namespaces, one of them with policies; one that is open, whose policies have no effect; one that is open
 * and has none.
 */
export const MIXED: World = {
  namespaces: [
    namespaceOf('shop', DENY),
    namespaceOf('vault', DENY),
    namespaceOf('blog', undefined, { tier: 'front' }),
    namespaceOf('docs', '{}'),
  ],
  pods: [
    podOf('shop', 'web-1', { app: 'web' }),
    podOf('shop', 'web-2', { app: 'web' }),
    podOf('shop', 'db', { app: 'db' }, [{ containerPort: 5432 }]),
    podOf('vault', 'safe', { app: 'safe' }),
    podOf('blog', 'web-1', { app: 'web' }),
    podOf('blog', 'cache', { app: 'cache' }, [{ containerPort: 11211, protocol: 'UDP' }]),
    podOf('docs', 'web-1', { app: 'web' }),
  ],
  policies: [
    policyOf('shop', 'web', { ...SELECT_WEB, ingress: [{ ...FROM_FRONT, ports: [{ port: 80 }] }] }),
    policyOf('shop', 'db', {
      podSelector: { matchLabels: { app: 'db' } },
      ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }],
    }),
    policyOf(
      'blog',
      'web',
      { ...SELECT_WEB, ingress: [{ ports: [{ port: 'http' }] }] },
      {
        labels: { 'app.kubernetes.io/name': 'blog', team: 'press' },
        annotations: { 'example.com/reason': 'as agreed, see "wiki"\nsecond line' },
      },
    ),
    policyOf('blog', 'nothing', { podSelector: {} }),
    policyOf('blog', 'default-deny', { podSelector: {}, ingress: [{}] }),
  ],
};

/** The names of policies, `namespace/name`, in order. */
export const policyNames = ({ policies }: World): readonly string[] =>
  policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort();

/** A policy without what the server sets for each object that is created anew. */
export function contentOf({ metadata, spec }: KubeObject): unknown {
  const {
    uid: _,
    resourceVersion: __,
    creationTimestamp: ___,
    selfLink: ____,
    managedFields: _____,
    ...kept
  } = metadata;
  return { metadata: kept, spec: isRecord(spec) ? spec : {} };
}
