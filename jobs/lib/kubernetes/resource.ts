/** One kind of object as the API serves it. `group` is '' for the core group. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** `plural.group` as kubectl and RBAC messages write it, or `plural` in the core group. */
export function resourceName(resource: Resource): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

/** The `apiVersion` of the objects. */
export function apiVersionOf(resource: Resource): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** The path of a group and version, where discovery lists its resources. */
export function groupPath(group: string, version: string): string {
  return group ? `/apis/${group}/${version}` : `/api/${version}`;
}

/** The path of a list of objects, in one namespace or (without it) in all. */
export function listPath(resource: Resource, namespace?: string): string {
  const base = groupPath(resource.group, resource.version);
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${base}${scope}/${resource.plural}`;
}

/** The path of one object. */
export function objectPath(resource: Resource, name: string, namespace?: string): string {
  return `${listPath(resource, namespace)}/${encodeURIComponent(name)}`;
}
