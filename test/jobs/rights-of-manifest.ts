import type { Access } from '../../jobs/lib/kubernetes/access.ts';
import { kubernetesRequest } from '../faults/kubernetes-request.ts';
import { type Right, rightText } from './job-rights.ts';

/** A request as RBAC sees it. */
export type Used = NonNullable<ReturnType<typeof kubernetesRequest>>;

/** Whether a right allows a request. */
export const allows = (right: Right, request: Used): boolean =>
  right.verb === request.verb &&
  right.group === request.group &&
  right.resource === request.resource &&
  (right.namespace === undefined || right.namespace === request.namespace) &&
  (right.name === undefined || right.name === request.name);

/** The rights that none of these requests needs, as `rightText` words them. */
export function unusedRights(
  rights: readonly Right[],
  requests: readonly { readonly method: string; readonly path: string }[],
): readonly string[] {
  const used = requests.flatMap(({ method, path }) => kubernetesRequest(method, path) ?? []);
  return rights.filter(right => !used.some(request => allows(right, request))).map(rightText);
}

/** The rights that a job asks for, in the form of those of a manifest. */
export const askedRights = (access: readonly Access[]): readonly Right[] =>
  access.map(({ namespace, name, verb, group, resource }) => ({ namespace, name, verb, group, resource }));

/** The missing right as a job words it. */
export function accessWords({ verb, group, resource, name, namespace }: Right): string {
  const what = group ? `${resource}.${group}` : resource;
  return `${verb} ${what}${name ? ` "${name}"` : ''}${namespace ? ` in namespace ${namespace}` : ''}`;
}
