import type { Fault, FaultAction, RecordedRequest } from '../../faults/fault.ts';

/** Reviews of rights are sent by POST, but store nothing. */
const REVIEW = /selfsubjectaccessreviews/;

/** Requests that store something. */
export const STORED_WRITES = { writes: true, path: /^(?!.*selfsubjectaccessreviews)/ };

export const isStoredWrite = ({ method, path }: Pick<RecordedRequest, 'method' | 'path'>): boolean =>
  method !== 'GET' && !REVIEW.test(path);

/** A request of a run: the n-th with this method and path. */
export interface PlannedRequest {
  readonly method: string;
  readonly path: string;
  readonly nth: number;
}

/** The requests that every run makes; of the polls of a wait, those that the shortest wait has. */
export function plannedRequests(requests: readonly RecordedRequest[]): readonly PlannedRequest[] {
  const byLine = Map.groupBy(requests, ({ method, path }) => `${method} ${path}`);
  return [...byLine.values()].flatMap(same =>
    same
      .slice(0, shortestWait(same[0]?.path ?? ''))
      .map(({ method, path }, index) => ({ method, path, nth: index + 1 })),
  );
}

function shortestWait(path: string): number {
  if (/\?limit=1$/.test(path)) return 3;
  return /\/customresourcedefinitions\/./.test(path) ? 1 : Number.POSITIVE_INFINITY;
}

/**
 * Faults for several runs that together hit every request. Requests with the same method and path are spread over the
 * runs, since a request that is tried again is counted like a new one.
 */
export function spreadFaults(
  planned: readonly PlannedRequest[],
  action: FaultAction,
  runs: number,
): readonly (readonly Fault[])[] {
  const lines = [...new Set(planned.map(({ method, path }) => `${method} ${path}`))];
  const shares = Array.from({ length: runs }, (): Fault[] => []);
  for (const { method, path, nth } of planned) {
    const share = (lines.indexOf(`${method} ${path}`) + nth) % runs;
    shares[share]?.push({ match: { methods: [method], path: exactly(path) }, at: nth, action });
  }
  return shares;
}

const exactly = (path: string): RegExp => new RegExp(`^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

/** How many writes of each kind took effect: an object that is created twice, or a patch that is done twice, shows. */
export function effects(requests: readonly RecordedRequest[]): Readonly<Record<string, number>> {
  const effective = requests.filter(
    request => isStoredWrite(request) && request.method !== 'PUT' && [200, 201].includes(request.status ?? 0),
  );
  const byLine = Object.groupBy(effective, ({ method, path }) => `${method} ${path}`);
  return Object.fromEntries(Object.entries(byLine).map(([line, same]) => [line, same?.length ?? 0]));
}
