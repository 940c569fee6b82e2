import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as v from 'valibot';
import { SERVICE_ACCOUNTS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** One verb on one resource, at most for one name: the smallest piece of a role. */
export interface Right {
  /** Undefined in a ClusterRole. */
  readonly namespace: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly verb: string;
}

const roleSchema = v.object({
  apiVersion: v.string(),
  kind: v.picklist(['ClusterRole', 'Role']),
  metadata: v.object({ name: v.string(), namespace: v.optional(v.string()) }),
  rules: v.array(
    v.object({
      apiGroups: v.array(v.string()),
      resources: v.array(v.string()),
      resourceNames: v.optional(v.array(v.string())),
      verbs: v.array(v.string()),
    }),
  ),
});

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** What the roles of a manifest allow, a verb at a time. */
export function manifestRights(manifest = 'upgrade-job.yaml'): readonly Right[] {
  const roles = loadAll(readFileSync(join(MANIFESTS, manifest), 'utf8'))
    .map(document => v.safeParse(roleSchema, document))
    .flatMap(({ success, output }) => (success ? [output] : []));
  return roles.flatMap(({ metadata, rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
      apiGroups.flatMap(group =>
        resources.flatMap(resource =>
          resourceNames.flatMap(name =>
            verbs.map(verb => ({ namespace: metadata.namespace, group, resource, name, verb })),
          ),
        ),
      ),
    ),
  );
}

/** `create events in default`, for the names of tests and for comparisons. */
export function rightText({ namespace, group, resource, name, verb }: Right): string {
  const what = group ? `${resource}.${group}` : resource;
  return `${verb} ${what}${name ? ` ${name}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}

let accounts = 0;

/** Makes a service account with these rights only; returns the path of its kubeconfig. */
export async function accountWith(
  cluster: Cluster,
  client: KubeClient,
  rights: readonly Right[],
  options: { readonly server?: string } = {},
): Promise<string> {
  accounts += 1;
  const name = `job-${process.pid}-${accounts}`;
  const namespace = 'default';
  await create(client, SERVICE_ACCOUNTS, { metadata: { name, namespace } }, namespace);
  const scopes = new Set(rights.map(right => right.namespace));
  await Promise.all(
    [...scopes].map(scope =>
      grant(
        client,
        name,
        scope,
        rights.filter(right => right.namespace === scope),
      ),
    ),
  );
  const token = await cluster.serviceAccountToken(namespace, name);
  return cluster.kubeconfigFor({ token }, options);
}

async function grant(
  client: KubeClient,
  name: string,
  namespace: string | undefined,
  rights: readonly Right[],
): Promise<void> {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const rules = rights.map(({ group, resource, name: only, verb }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(only !== undefined && { resourceNames: [only] }),
  }));
  const subjects = [{ kind: 'ServiceAccount', name, namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  await create(client, rbac(kind), { metadata, rules }, namespace);
  await create(client, rbac(`${kind}Binding`), { metadata, roleRef, subjects }, namespace);
}

/** In the version of the manifest, the newest that Kubernetes 1.7 has. */
function rbac(kind: string): Resource {
  const plural = `${kind.toLowerCase()}s`;
  const namespaced = kind.startsWith('Role');
  return { group: 'rbac.authorization.k8s.io', version: 'v1beta1', plural, kind, namespaced };
}
