import type { KubeClient } from './client.ts';
import { isRecord } from './object.ts';
import type { Resource } from './resource.ts';

/** One right, as RBAC rules name it (`pods/exec` for a subresource). `name` limits it to one object, `namespace` to one namespace. */
export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** One right for each verb. */
export function rights(
  resource: Resource,
  verbs: readonly string[],
  limits: Pick<Access, 'namespace' | 'name'> = {},
): readonly Access[] {
  return verbs.map(verb => ({ verb, group: resource.group, resource: resource.plural, ...limits }));
}

/** `create configmaps in namespace default`, as an operator would ask for it. */
export function accessText(access: Access): string {
  const resource = access.group ? `${access.resource}.${access.group}` : access.resource;
  const name = access.name ? ` "${access.name}"` : '';
  const scope = access.namespace === undefined ? '' : ` in namespace ${access.namespace}`;
  return `${access.verb} ${resource}${name}${scope}`;
}

/** The same of several rights, with the verbs on one thing in one text: `create, get configmaps in namespace default`. */
export function accessTexts(all: readonly Access[]): readonly string[] {
  const byThing = Map.groupBy(all, access => accessText({ ...access, verb: '' }));
  return [...byThing].map(([thing, same]) => `${same.map(({ verb }) => verb).join(', ')}${thing}`);
}

/**
 * The rights, of those wanted, that the API server says we (or the subject) do not have, each once. Asks before anything is
 * done, so that a missing right never shows in the middle of a run.
 */
export async function missingAccess(
  client: KubeClient,
  wanted: readonly Access[],
  subject?: Subject,
): Promise<readonly Access[]> {
  const each = [...new Map(wanted.map(access => [accessText(access), access])).values()];
  const allowed = await Promise.all(each.map(access => isAllowed(client, access, subject)));
  return each.filter((_, index) => !allowed[index]);
}

/** Somebody whose rights are asked for in the place of our own, which takes the right to create `ACCESS_REVIEWS`. */
export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

export const ACCESS_REVIEWS: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};

/** A service account as the API server sees it. */
export const serviceAccountSubject = (namespace: string, name: string): Subject => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

async function isAllowed(client: KubeClient, access: Access, subject: Subject | undefined): Promise<boolean> {
  const { verb, group, namespace, name } = access;
  const [resource, subresource] = access.resource.split('/');
  const review = await client.request({
    method: 'POST',
    path: `/apis/authorization.k8s.io/v1/${subject ? '' : 'self'}subjectaccessreviews`,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: subject ? 'SubjectAccessReview' : 'SelfSubjectAccessReview',
      spec: {
        ...subject,
        resourceAttributes: {
          verb,
          group,
          resource,
          ...(subresource ? { subresource } : {}),
          ...(namespace ? { namespace } : {}),
          ...(name ? { name } : {}),
        },
      },
    },
  });
  const status = isRecord(review) ? review.status : undefined;
  return isRecord(status) && status.allowed === true;
}
