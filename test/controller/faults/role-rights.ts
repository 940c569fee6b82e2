import * as v from 'valibot';
import type { Access } from '../../../jobs/lib/kubernetes/access.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { update } from '../../../jobs/lib/kubernetes/write.ts';

const rulesSchema = v.array(
  v.object({
    apiGroups: v.array(v.string()),
    resources: v.array(v.string()),
    resourceNames: v.optional(v.array(v.string())),
    verbs: v.array(v.string()),
  }),
);

type Rule = v.InferOutput<typeof rulesSchema>[number];

interface Role {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** The roles of one name, whose rights can be taken away one at a time. */
export interface RoleRights {
  /** Takes a right out of every role that grants it. */
  takeAway(right: Access): Promise<void>;
  restore(): Promise<void>;
}

const rbac = (kind: string, namespaced: boolean): Resource => ({
  ...{
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    plural: `${kind.toLowerCase()}s`,
    kind,
    namespaced,
  },
});

/** Reads the ClusterRole and the Roles of that name as they are now; that is what `restore` brings back. */
export async function roleRights(client: KubeClient, name: string): Promise<RoleRights> {
  const read = async (resource: Resource): Promise<readonly Role[]> =>
    ((await list(client, resource)) ?? [])
      .filter(({ metadata }) => metadata.name === name)
      .map(object => ({ resource, object }));
  const roles = [...(await read(rbac('ClusterRole', false))), ...(await read(rbac('Role', true)))];
  const put = async ({ resource, object }: Role, rules: readonly Rule[]): Promise<void> => {
    const { namespace } = object.metadata;
    await update(client, resource, name, current => ({ ...current, rules }), namespace);
  };
  return {
    async takeAway(right) {
      for (const role of roles) {
        const isIts = [undefined, right.namespace].includes(role.object.metadata.namespace);
        if (isIts) await put(role, rulesWithout(rulesOf(role), right));
      }
    },
    async restore() {
      for (const role of roles) await put(role, rulesOf(role));
    },
  };
}

const rulesOf = ({ object }: Role): readonly Rule[] => v.parse(rulesSchema, object.rules);

/** The rules without one verb on one resource (or one name of it), everything else as before. */
function rulesWithout(rules: readonly Rule[], { group, resource, verb, name = '' }: Access): readonly Rule[] {
  const without = (all: readonly string[], one: string): string[] => all.filter(other => other !== one);
  return rules.flatMap(rule => {
    const { apiGroups, resources, verbs, resourceNames = [] } = rule;
    if (!apiGroups.includes(group) || !resources.includes(resource) || !verbs.includes(verb)) return [rule];
    const only = { ...rule, apiGroups: [group], resources: [resource] };
    const otherNames = without(resourceNames, name);
    const parts = [
      { ...rule, apiGroups: without(apiGroups, group) },
      { ...rule, apiGroups: [group], resources: without(resources, resource) },
      { ...only, verbs: without(verbs, verb) },
    ];
    return [
      ...parts.filter(part => part.apiGroups.length * part.resources.length * part.verbs.length > 0),
      ...(otherNames.length > 0 ? [{ ...only, verbs: [verb], resourceNames: otherNames }] : []),
    ];
  });
}
