import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { laterBody, laterPath } from './later-forms.ts';
import { type Answer, EXCHANGES, recorded } from './recordings.ts';

/** A request as an API server of 1.7 looks at it. */
export interface OldRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly accept: string;
  readonly contentType: string;
  readonly body: string;
}

/** What 1.7 does with a request: it answers by itself, or it does what a later server does with another request. */
export type OldAction =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'forward'; readonly path: string; readonly body: string };

/** Groups of custom resources. */
export const CUSTOM_GROUPS: readonly string[] = ['crd.projectcalico.org', UPGRADE_GROUP];
export const TPR_GROUPS: readonly string[] = ['projectcalico.org', 'alpha.projectcalico.org'];

const NOT_SERVED = recorded('lease api (absent)').response;
const OTHER_VERSION = recorded('group not served').response;
const STRATEGIC_CUSTOM = recorded('cr strategic patch').response;
const STRATEGIC_TPR = recorded('tpr instance strategic patch').response;

/** Read-only paths whose recorded answer does not depend on what the cluster holds. */
const CONSTANT = new Map(
  EXCHANGES.filter(({ name }) => name === 'version' || name === 'groups' || /^discovery \S+$/.test(name))
    .filter(({ request }) => !request.path.includes('projectcalico'))
    .map(({ request, response }) => [request.path, response]),
);

/** Versions by group, as recorded. */
const SERVED = servedVersions();

/** What a query of 1.7 can have; everything else is ignored. */
const QUERY = new Set([
  'labelSelector',
  'fieldSelector',
  'watch',
  'resourceVersion',
  'timeoutSeconds',
  'pretty',
]);

const PATCHES = ['json-patch', 'merge-patch', 'strategic-merge-patch'].map(
  type => `application/${type}+json`,
);

/** Decides like 1.7.5, as far as it was recorded. */
export function oldAction(request: OldRequest): OldAction {
  const { method, accept, contentType } = request;
  const { pathname, searchParams } = new URL(request.path, 'https://localhost');
  const constant = CONSTANT.get(pathname);
  if (constant && method === 'GET') return { do: 'answer', answer: constant };
  const refusal = groupRefusal(pathname) ?? formatRefusal(method, accept, contentType, pathname);
  if (refusal) return { do: 'answer', answer: refusal };
  for (const name of [...searchParams.keys()]) if (!QUERY.has(name)) searchParams.delete(name);
  const query = searchParams.size > 0 ? `?${searchParams}` : '';
  return { do: 'forward', path: `${laterPath(pathname)}${query}`, body: laterBody(pathname, request.body) };
}

/** The group of a path below `/apis`, and its version. */
export function groupOf(pathname: string): readonly [string, string] {
  const [root, group = '', version = ''] = pathname.split('/').filter(Boolean);
  return root === 'apis' ? [group, version] : ['', group];
}

function groupRefusal(pathname: string): Answer | undefined {
  const [group, version] = groupOf(pathname);
  if (group === '' || CUSTOM_GROUPS.includes(group) || TPR_GROUPS.includes(group)) return undefined;
  const versions = SERVED.get(group);
  if (!versions) return NOT_SERVED;
  return versions.includes(version) ? undefined : OTHER_VERSION;
}

function formatRefusal(
  method: string,
  accept: string,
  contentType: string,
  pathname: string,
): Answer | undefined {
  if (!/application\/json|\*\/\*/.test(accept)) return status(406, 'NotAcceptable', 'only JSON is sent');
  if (method !== 'PATCH') return undefined;
  if (!PATCHES.includes(contentType)) {
    const message = 'the body of the request was in an unknown format';
    return status(415, 'UnsupportedMediaType', message);
  }
  const [group] = groupOf(pathname);
  if (!contentType.includes('strategic')) return undefined;
  if (CUSTOM_GROUPS.includes(group)) return STRATEGIC_CUSTOM;
  return TPR_GROUPS.includes(group) ? STRATEGIC_TPR : undefined;
}

function status(code: number, reason: string, message: string): Answer {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, contentType: 'application/json', body };
}

function servedVersions(): ReadonlyMap<string, readonly string[]> {
  const { body } = recorded('groups').response;
  const groups = isRecord(body) && Array.isArray(body.groups) ? body.groups.filter(isRecord) : [];
  const listed = groups.map(({ name, versions }): [string, readonly string[]] => [
    String(name),
    Array.isArray(versions) ? versions.filter(isRecord).map(({ version }) => String(version)) : [],
  ]);
  return new Map([...listed, ['authorization.k8s.io', ['v1', 'v1beta1']]]);
}
