import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { earlierObject, earlierVersion } from './later-forms.ts';
import { CUSTOM_GROUPS, groupOf, TPR_GROUPS } from './old-request.ts';
import { type Answer, recorded } from './recordings.ts';

type Fields = Readonly<Record<string, unknown>>;

const NOT_SERVED = recorded('lease api (absent)').response;
const UNAUTHORIZED = recorded('unauthorized').response;

/** The answer of a later server as 1.7.5 gives it: what it shows of objects, and which errors are no JSON. */
export function oldAnswer(path: string, { status, body: text }: { status: number; body: string }): Answer {
  const { pathname } = new URL(path, 'https://localhost');
  const body = parsed(text);
  if (status === 401) return UNAUTHORIZED;
  if (status === 403) return { status, contentType: 'text/plain', body: forbiddenText(body) };
  if (status === 404 && isUnserved(body)) return NOT_SERVED;
  const old = isRecord(body) ? oldBody(pathname, body) : body;
  return { status, contentType: 'application/json', body: old };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** No handler knows the path; a missing object has a name. */
function isUnserved(body: unknown): boolean {
  if (!isRecord(body)) return true;
  return isRecord(body.details) ? body.details.name === undefined : true;
}

/** `User "reader" cannot list ippools.projectcalico.org in the namespace "kube-system".` */
function forbiddenText(body: unknown): string {
  const message = isRecord(body) ? String(body.message) : String(body);
  const parts =
    /(User "[^"]*" cannot \w+) resource "([^"]*)" in API group "([^"]*)" (.*)$/.exec(message) ?? undefined;
  if (!parts) return message;
  const [, who, resource, group, where = ''] = parts;
  const place = where.startsWith('in the namespace') ? where.replace(/: .*$/, '') : 'at the cluster scope';
  return `${who} ${resource}${group ? `.${group}` : ''} ${place}.`;
}

function oldBody(pathname: string, body: Fields): Fields {
  const [group] = groupOf(pathname);
  if (body.kind === 'Status') return TPR_GROUPS.includes(group) ? tprStatus(body) : body;
  const change = (object: Fields): Fields => earlierObject(pathname, oldObject(group, object));
  const form = earlierVersion(pathname);
  if (!Array.isArray(body.items)) return { ...change(body), ...form };
  const metadata = isRecord(body.metadata) ? body.metadata : {};
  const { remainingItemCount: _, continue: __, ...kept } = metadata;
  return { ...body, ...form, metadata: kept, items: body.items.filter(isRecord).map(change) };
}

/** Its storage shows through. */
function tprStatus(status: Fields): Fields {
  const { message, details } = status;
  const kind = 'thirdpartyresourcedatas';
  return {
    ...status,
    message: String(message).replace(/\b[a-z]+\.(alpha\.)?projectcalico\.org(?= ")/, `${kind}.extensions`),
    ...(isRecord(details) && { details: { name: details.name, group: 'extensions', kind } }),
  };
}

function oldObject(group: string, object: Fields): Fields {
  if (!isRecord(object.metadata)) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  if (group === 'apiextensions.k8s.io') {
    const { generation: __, ...kept } = metadata;
    return { ...object, metadata: kept, ...oldDefinition(object) };
  }
  if (CUSTOM_GROUPS.includes(group)) return { ...object, metadata: customMetadata(metadata) };
  if (TPR_GROUPS.includes(group)) {
    const { generation: __, ...kept } = metadata;
    return { ...object, metadata: kept };
  }
  return { ...object, metadata };
}

/** As recorded of objects that were not patched. */
function customMetadata({ generation: _, selfLink, ...kept }: Fields): Fields {
  return {
    clusterName: '',
    deletionGracePeriodSeconds: null,
    deletionTimestamp: null,
    namespace: '',
    ...kept,
    selfLink: String(selfLink).replace(/\/[^/]+(\/[^/]+)$/, '$1'),
  };
}

function oldDefinition({ spec, status }: Fields): Fields {
  if (!isRecord(spec)) return {};
  const { group, version, names, scope } = spec;
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  const known = conditions
    .filter(isRecord)
    .filter(({ type }) => type === 'NamesAccepted' || type === 'Established' || type === 'Terminating');
  const acceptedNames = isRecord(status) ? status.acceptedNames : {};
  return { spec: { group, version, names, scope }, status: { conditions: known, acceptedNames } };
}
