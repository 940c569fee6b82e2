import { isRecord } from './object.ts';

/** What to do about a failed request: try again, stop with this error, or let a person act first. */
export type ErrorClass = 'retry' | 'stop' | 'person';

/** A request to the API server that did not succeed. `status` is 0 where no answer came. */
export class ApiError extends Error {
  readonly status: number;
  /** The machine-readable reason of the Status object, for example `AlreadyExists`; '' without one. */
  readonly reason: string;
  readonly request: string;
  /** What the server asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: {
    status: number;
    reason: string;
    request: string;
    message: string;
    retryAfterMs?: number | undefined;
    cause?: unknown;
  }) {
    super(`${fields.request}: ${fields.message}`, { cause: fields.cause });
    this.name = 'ApiError';
    this.status = fields.status;
    this.reason = fields.reason;
    this.request = fields.request;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/**
 * The error for an answer with a status of 400 or more. Servers of 1.7 answer 401, 403 and 404 with plain text
 * (recorded in test/golden/kubernetes-1.7/exchanges.json), so a body that is no Status is shown as it is.
 */
export function errorFromAnswer(
  request: string,
  status: number,
  text: string,
  retryAfter?: string | undefined,
): ApiError {
  const body = parseStatus(text);
  const message = body?.message || text.trim().slice(0, 500) || `HTTP ${status}`;
  return new ApiError({
    status,
    reason: body?.reason ?? '',
    request,
    message: `${status}: ${message}`,
    retryAfterMs: retryAfterMs(retryAfter),
  });
}

function parseStatus(text: string): { message: string; reason: string } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (!isRecord(body) || body.kind !== 'Status') return undefined;
    const { message, reason } = body;
    return {
      message: typeof message === 'string' ? message : '',
      reason: typeof reason === 'string' ? reason : '',
    };
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Decides, in this one place, what follows from an error (field-lessons: 403 and 404 must never be retried). */
export function classify(error: unknown): ErrorClass {
  if (!(error instanceof ApiError)) return 'stop';
  const { status } = error;
  if (status === 0 || status === 408 || status === 429 || status >= 500) return 'retry';
  if (status === 401 || status === 403) return 'person';
  return 'stop';
}

/**
 * A 401 after requests that were accepted passes by itself: an API server that cannot look a token up at this moment
 * (its etcd does not answer) calls the token invalid.
 */
export function passingUnauthorized(error: unknown): ApiError | undefined {
  if (!(error instanceof ApiError) || error.status !== 401) return undefined;
  const message = 'the credentials are not accepted any more, though they were a moment ago (401)';
  return new ApiError({ status: 0, reason: error.reason, request: error.request, message, cause: error });
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** An object of that name exists, or it changed since it was read: read it again. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 409;

/** The server says that the namespace is not found, or that it is being deleted. */
export const isNamespaceGone = (error: unknown): boolean =>
  error instanceof ApiError &&
  [403, 404].includes(error.status) &&
  /namespaces "[^"]*" not found|because it is being terminated/.test(error.message);
