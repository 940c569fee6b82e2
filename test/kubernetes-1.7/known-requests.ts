import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { kubernetesRequest } from '../faults/kubernetes-request.ts';
import type { OldRequest } from './old-request.ts';
import { EXCHANGES } from './recordings.ts';

/** `list daemonsets.extensions/v1beta1`, for each verb that a recorded discovery names, and the reviews of rights. */
const KNOWN = new Set([
  'create selfsubjectaccessreviews.authorization.k8s.io/v1',
  'create subjectaccessreviews.authorization.k8s.io/v1',
  ...EXCHANGES.filter(({ name }) => name.startsWith('discovery ')).flatMap(({ response }) =>
    verbsOf(response.body),
  ),
  // Discovered as the other kinds of their groups are; their requests were recorded, but not these documents.
  ...['globalfelixconfigs', 'globalbgpconfigs', 'ippools', 'bgppeers', 'globalnetworkpolicies'].flatMap(
    plural => ['list', 'get', 'create', 'update'].map(verb => `${verb} ${plural}.crd.projectcalico.org/v1`),
  ),
  // What a backup looks for after an upgrade to Calico 3.0; 1.7 answers 404, as for any kind that is not defined.
  ...['felixconfigurations', 'bgpconfigurations', 'clusterinformations', 'networkpolicies'].map(
    plural => `list ${plural}.crd.projectcalico.org/v1`,
  ),
  ...['list', 'get', 'create', 'update'].map(
    verb => `${verb} systemnetworkpolicies.alpha.projectcalico.org/v1`,
  ),
  ...['list', 'watch', 'get', 'patch', 'update'].map(
    verb => `${verb} calicoupgrades.${UPGRADE_GROUP}/v1alpha1`,
  ),
]);

const DISCOVERY = /^\/(version|api\/v1|apis\/[^/]+\/[^/]+)$/;

/** Known to 1.7, or ignored by it: a list without pages is whole, and a watch without bookmarks begins anew. */
const HARMLESS = new Set([
  ...['limit', 'labelSelector', 'fieldSelector', 'gracePeriodSeconds'],
  ...['watch', 'allowWatchBookmarks', 'resourceVersion', 'timeoutSeconds'],
]);

/** What 1.7.5 would not understand of a request; undefined if it would all. */
export function unknownTo17(request: OldRequest): string | undefined {
  const { method, path, accept, contentType } = request;
  const { pathname, searchParams } = new URL(path, 'https://localhost');
  const line = `${method} ${path} (${contentType})`;
  if (accept !== 'application/json') return `${line}: accepts ${accept}`;
  if ([...searchParams.keys()].some(name => !HARMLESS.has(name))) return `${line}: query`;
  if (method === 'GET' && DISCOVERY.test(pathname)) return undefined;
  const expected = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  if (contentType !== expected) return `${line}: content type`;
  return KNOWN.has(requestText(request)) ? undefined : `${line}: ${requestText(request)}`;
}

/** `list daemonsets.extensions/v1beta1` */
export function requestText({ method, path }: OldRequest): string {
  const { verb = '', group, resource = '' } = kubernetesRequest(method, path) ?? {};
  const version = path.split('/')[group ? 3 : 2];
  return `${verb} ${resource}${group ? `.${group}/` : '.'}${version}`;
}

function verbsOf(body: unknown): readonly string[] {
  const resources = isRecord(body) && Array.isArray(body.resources) ? body.resources.filter(isRecord) : [];
  return resources.flatMap(({ name, verbs }) =>
    Array.isArray(verbs)
      ? verbs.map(verb => `${verb} ${name}.${isRecord(body) ? String(body.groupVersion) : ''}`)
      : [],
  );
}
