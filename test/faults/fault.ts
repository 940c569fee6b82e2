/** Which requests a fault is about; each condition that is given has to hold. */
export interface FaultFilter {
  readonly methods?: readonly string[];
  /** Tested against the path with its query. */
  readonly path?: RegExp;
  /** Only requests that may change something: POST, PUT, PATCH, DELETE. */
  readonly writes?: boolean;
}

/** A request as the proxy saw it. */
export interface RecordedRequest {
  /** 1 for the first request since the start or the last reset. */
  readonly n: number;
  readonly method: string;
  /** With the query, without the host. */
  readonly path: string;
  readonly body: string;
  readonly startedAt: Date;
  /** The status that the upstream or a fault answered; also set where a fault then kept it from the client. */
  status?: number;
  /** Whether the upstream got the request. */
  forwarded: boolean;
  /** What the fault that hit this request did. */
  fault?: FaultAction['do'];
}

export type FaultAction =
  /** The connection is closed; the upstream does not get the request. */
  | { readonly do: 'refuse' }
  /** The connection is reset (RST); the upstream does not get the request. */
  | { readonly do: 'reset' }
  /** The upstream does the request, then the connection is reset in place of the answer. */
  | { readonly do: 'reset-after' }
  /** Silence: the upstream does not get the request. The connection is closed after `ms`, where given. */
  | { readonly do: 'stall'; readonly ms?: number }
  /** The upstream does the request, then silence as in `stall`. */
  | { readonly do: 'stall-after'; readonly ms?: number }
  /** An answer of the API server with this status; the upstream does not get the request. */
  | { readonly do: 'status'; readonly code: FaultStatus; readonly retryAfterSeconds?: number }
  /** Calls the test before the request is forwarded, or when the upstream has answered; then all goes on normally. */
  | {
      readonly do: 'call';
      readonly when: 'before' | 'after';
      readonly call: (request: RecordedRequest) => unknown;
    }
  /** The answer is passed on for `ms`, and then ends in good order after the text `last`: a watch that the server closes. */
  | { readonly do: 'end'; readonly ms: number; readonly last?: string }
  /** All connections are reset and nobody listens for `ms`; the upstream does not get the request. */
  | { readonly do: 'away'; readonly ms: number };

export type FaultStatus = 409 | 429 | 500 | 503;

export interface Fault {
  readonly match?: FaultFilter;
  /** The first matching request that is hit, counted from 1 (the default). */
  readonly at?: number;
  /** How many requests are hit: 1, or with a probability any number, unless given. */
  readonly times?: number;
  /** Hits each matching request, from `at` on, with this probability. */
  readonly probability?: number;
  /**
   * Hits each different request (method, path and body) the first time, the third, and so on: what is sent again
   * passes. It takes the place of `at` and `probability`. With `times`, only so many of each are hit: requests that share a connection
   * could otherwise spoil each other's repetitions for ever.
   */
  readonly each?: boolean;
  /** Makes the same choices in each run. */
  readonly seed?: number;
  readonly action: FaultAction;
}

export type FaultPicker = (request: {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}) => FaultAction | undefined;

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Decides which requests are hit. Every fault counts every request that it matches; the first that is due acts. */
export function faultPicker(faults: readonly Fault[]): FaultPicker {
  const armed = faults.map(arm);
  return request => {
    const due = armed.map(isDue => isDue(request));
    return faults[due.indexOf(true)]?.action;
  };
}

function arm(fault: Fault): (request: Seen) => boolean {
  return fault.each ? everyOther(fault) : counted(fault);
}

function everyOther({
  match = {},
  times: most = Number.POSITIVE_INFINITY,
}: Fault): (request: Seen) => boolean {
  const sent = new Map<string, number>();
  return request => {
    if (!matches(match, request)) return false;
    const key = requestKey(request);
    const times = (sent.get(key) ?? 0) + 1;
    sent.set(key, times);
    return times % 2 === 1 && times < 2 * most;
  };
}

/** Equal for a request and the same one sent again. */
export const requestKey = ({ method, path, body = '' }: Seen): string => `${method} ${path} ${body}`;

function counted({ match = {}, at = 1, times, probability, seed = 1 }: Fault): (request: Seen) => boolean {
  const random = seededRandom(seed);
  const limit = times ?? (probability === undefined ? 1 : Number.POSITIVE_INFINITY);
  let seen = 0;
  let hits = 0;
  return request => {
    if (!matches(match, request)) return false;
    seen += 1;
    if (seen < at || hits >= limit) return false;
    if (probability !== undefined && random() >= probability) return false;
    hits += 1;
    return true;
  };
}

type Seen = Parameters<FaultPicker>[0];

function matches({ methods, path, writes }: FaultFilter, request: Seen): boolean {
  if (methods && !methods.includes(request.method)) return false;
  // search() ignores lastIndex, which a test's /g would carry from request to request.
  if (path && request.path.search(path) < 0) return false;
  return writes === undefined || WRITES.has(request.method) === writes;
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
