import type { ServerResponse } from 'node:http';
import type { FaultStatus } from './fault.ts';
import { kubernetesRequest } from './kubernetes-request.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
}

/** Answers as the API server does, with a Status object. */
export function sendStatus(
  res: ServerResponse,
  request: Seen,
  code: FaultStatus,
  retryAfterSeconds?: number,
): void {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  res.writeHead(code, { 'content-type': 'application/json', ...retryAfter });
  res.end(`${JSON.stringify(statusBody(request, code, retryAfterSeconds))}\n`);
}

function statusBody(request: Seen, code: FaultStatus, retryAfterSeconds: number | undefined) {
  const { reason, message, details } = failure(request, code);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: { ...details, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    code,
  };
}

function failure(request: Seen, code: FaultStatus): { reason: string; message: string; details: object } {
  switch (code) {
    case 409:
      return conflict(request);
    case 429:
      return {
        reason: 'TooManyRequests',
        message: 'Too many requests, please try again later.',
        details: {},
      };
    case 500: {
      const cause = 'etcdserver: request timed out';
      return {
        reason: 'InternalError',
        message: `Internal error occurred: ${cause}`,
        details: { causes: [{ message: cause }] },
      };
    }
    case 503:
      return {
        reason: 'ServiceUnavailable',
        message: 'the server is currently unable to handle the request',
        details: {},
      };
  }
}

function conflict({ method, path }: Seen) {
  const { resource = '', group = '', name = '' } = kubernetesRequest(method, path) ?? {};
  const qualified = group ? `${resource}.${group}` : resource;
  return {
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    details: { name, ...(group ? { group } : {}), kind: resource },
  };
}
