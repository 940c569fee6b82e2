/** What a request to an API server asks for, in the words of RBAC rules. */
export interface KubernetesRequest {
  readonly verb: string;
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const OBJECT_VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * Reads a method and path as the API server does before it asks RBAC. Undefined for a path that is no resource:
 * discovery, `/version`, health.
 */
export function kubernetesRequest(method: string, path: string): KubernetesRequest | undefined {
  const { pathname, searchParams } = new URL(path, 'https://localhost');
  const target = targetOf(pathname.split('/').filter(Boolean).map(decodeURIComponent));
  if (!target) return undefined;
  const { oldWatch, name: pathName, ...rest } = target;
  const verb = OBJECT_VERBS[method.toUpperCase()] ?? '';
  if (pathName !== undefined && !oldWatch) return { verb, ...rest, name: pathName };
  const name = pathName ?? nameInSelector(searchParams.get('fieldSelector'));
  const watching = oldWatch || isTrue(searchParams.get('watch'));
  return { verb: collectionVerb(verb, watching), ...rest, ...(name === undefined ? {} : { name }) };
}

type Target = Omit<KubernetesRequest, 'verb'> & { readonly oldWatch: boolean };

function targetOf(parts: readonly string[]): Target | undefined {
  const [root, ...below] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'apis' ? (below[0] ?? '') : '';
  const inVersion = below.slice(root === 'apis' ? 2 : 1);
  // `/api/v1/watch/…` is the form of watches before the query parameter.
  const oldWatch = inVersion[0] === 'watch';
  const found = resourceOf(oldWatch ? inVersion.slice(1) : inVersion);
  return found && { group, ...found, oldWatch };
}

function resourceOf(parts: readonly string[]): Omit<KubernetesRequest, 'verb' | 'group'> | undefined {
  const [first, namespace, third] = parts;
  const inNamespace = first === 'namespaces' && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const [resource, name, subresource] = inNamespace ? parts.slice(2) : parts;
  if (resource === undefined) return undefined;
  const scope = first === 'namespaces' ? namespace : undefined;
  return {
    resource,
    ...(scope === undefined ? {} : { namespace: scope }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function collectionVerb(verb: string, watching: boolean): string {
  if (verb === 'get') return watching ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** RBAC can allow a list of one object: `resourceNames` is compared with `metadata.name` of the field selector. */
function nameInSelector(selector: string | null): string | undefined {
  const terms = selector?.split(',') ?? [];
  return terms
    .map(term => /^metadata\.name==?([^=]+)$/.exec(term.trim())?.[1])
    .find(name => name !== undefined);
}

const isTrue = (value: string | null): boolean => value !== null && value !== '0' && value !== 'false';
