import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import type { RecordedRequest } from '../../faults/fault.ts';

/** Reviews of rights are sent by POST, but store nothing. */
const REVIEW = /selfsubjectaccessreviews/;

/** Requests that store something. */
export const STORED_WRITES = { writes: true, path: /^(?!.*selfsubjectaccessreviews)/ };

type Seen = Pick<RecordedRequest, 'method' | 'path' | 'body'>;

export const isStoredWrite = ({ method, path }: Seen): boolean => method !== 'GET' && !REVIEW.test(path);

/** The requests that every run makes; of the polls of a wait, those that the shortest wait has. */
export function plannedRequests(requests: readonly RecordedRequest[]): readonly Seen[] {
  return [...Map.groupBy(requests, requestLine).values()].flatMap(same =>
    same.slice(0, shortestWait(same[0]?.path ?? '')),
  );
}

function shortestWait(path: string): number {
  if (/\?limit=1$/.test(path)) return 3;
  // Once before the definition, and once after it.
  return /\/customresourcedefinitions\/./.test(path) ? 2 : Number.POSITIVE_INFINITY;
}

/** What of the planned no fault has hit as often as it was planned; empty if every request has failed. */
export function neverHit(planned: readonly Seen[], requests: readonly RecordedRequest[]): readonly string[] {
  const hits = Map.groupBy(
    requests.filter(({ fault }) => fault !== undefined),
    requestLine,
  );
  return [...Map.groupBy(planned, requestLine)]
    .filter(([line, same]) => (hits.get(line)?.length ?? 0) < same.length)
    .map(([line, same]) => `${line}: ${hits.get(line)?.length ?? 0} of ${same.length}`);
}

/** How often each write took effect: an object that is created twice, or a patch that is done twice, shows. */
export function effects(requests: readonly RecordedRequest[]): Readonly<Record<string, number>> {
  const effective = requests.filter(
    request => isStoredWrite(request) && request.method !== 'PUT' && [200, 201].includes(request.status ?? 0),
  );
  const byLine = Map.groupBy(effective, requestLine);
  return Object.fromEntries([...byLine].map(([line, same]) => [line, same.length]));
}

/** `POST /apis/…/ippools 10-64-0-0-16`: method, path, and for a new object its name. */
export function requestLine({ method, path, body }: Seen): string {
  return method === 'POST' ? `${method} ${path} ${nameIn(body)}`.trimEnd() : `${method} ${path}`;
}

/** The name of an object, or the right that a review is about. */
function nameIn(body: string): string {
  const object: unknown = JSON.parse(body);
  if (!isRecord(object)) return '';
  if (isRecord(object.metadata) && typeof object.metadata.name === 'string') return object.metadata.name;
  return JSON.stringify(object.spec ?? '');
}
