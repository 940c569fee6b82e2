/** Why a request to etcd did not succeed. */
export type EtcdReason =
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'denied'
  | 'compacted'
  | 'too-large'
  | 'busy'
  | 'no-space'
  | 'lock-lost'
  | 'failed';

/** A request to etcd that did not succeed, in words for the operator. */
export class EtcdError extends Error {
  readonly reason: EtcdReason;

  constructor(reason: EtcdReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EtcdError';
    this.reason = reason;
  }
}

/** Whether the same request may succeed later without anyone doing anything. */
export function mayPass(error: EtcdError): boolean {
  return ['unreachable', 'timeout', 'busy'].includes(error.reason);
}

/** Whether the failure is one of this endpoint, so that another one may answer. */
export function isOfEndpoint(error: EtcdError): boolean {
  return mayPass(error) || error.reason === 'tls';
}

// etcd3 keeps neither code nor details of a gRPC status: only its text is left. First match wins.
const RULES: readonly (readonly [pattern: RegExp, reason: EtcdReason, check: string])[] = [
  [/authentication is not enabled/, 'denied', 'etcd has no authentication: leave user and password out'],
  [/user name is empty/, 'denied', 'etcd asks for a user and a password: give both'],
  [/authentication failed|invalid auth token/, 'denied', 'check the user and the password'],
  [/PERMISSION_DENIED|permission denied/, 'denied', 'give the user a role that may read these keys'],
  [/UNAUTHENTICATED/, 'denied', 'check the user, the password and the client certificate'],
  // A watch that begins too early is cancelled without a reason; every other cancellation has one.
  [
    /has been compacted|Watcher canceled:$/,
    'compacted',
    'etcd dropped this revision during the read: run again',
  ],
  [/message larger than max/, 'too-large', 'read fewer keys at once'],
  [/request is too large/, 'too-large', 'a value is larger than etcd takes'],
  [
    /database space exceeded/,
    'no-space',
    'etcd is full: compact and defragment every member, or raise its --quota-backend-bytes, then etcdctl alarm disarm',
  ],
  [
    /unable to (verify|get)|self.signed certificate/,
    'tls',
    'the server shows a certificate that the given CA did not sign: check the CA',
  ],
  [
    /bad certificate|certificate required|unknown ca|certificate unknown/i,
    'tls',
    'the server refuses the client certificate: check the certificate, its key and the CA that signed it',
  ],
  [/altnames|ERR_TLS_CERT/, 'tls', 'the certificate of the server is for another name: check the endpoint'],
  [/certificate has expired|not yet valid/, 'tls', 'check the dates of the certificates and the clock'],
  [
    /before secure TLS|wrong version number|packet length/,
    'tls',
    'the endpoint may speak no TLS: try http://',
  ],
  [/SSL routines|certificate/, 'tls', 'check the CA, the client certificate and its key'],
  [
    /DEADLINE_EXCEEDED|request timed out|Timeout Error/,
    'timeout',
    'check that etcd is healthy and reachable from here',
  ],
  [/no leader|too many requests|leader changed/, 'busy', 'check that a majority of the etcd members is up'],
  [
    /UNAVAILABLE|CANCELLED|INTERNAL|RST_STREAM|\bE[A-Z]{5,}\b|EPIPE|other side closed|terminated|socket|already closed/i,
    'unreachable',
    'check the endpoint, and that etcd listens there (https:// where it uses TLS)',
  ],
];

/** The error to show for one that etcd3 threw: the endpoint, what failed, what to check. */
export function etcdError(endpoint: string, what: string, error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const text = plainText(error instanceof Error ? error.message : String(error));
  const rule = RULES.find(([pattern]) => pattern.test(text));
  const [, reason, check] = rule ?? [undefined, 'failed' as const, 'see the message of etcd'];
  return new EtcdError(reason, `etcd ${endpoint}: ${what} failed: ${text} (${check})`, error);
}

/** One error for several endpoints that all failed; the first error as it is where there is only one. */
export function allFailed(errors: readonly [EtcdError, ...EtcdError[]]): EtcdError {
  const [first, ...others] = errors;
  if (others.length === 0) return first;
  const worth = errors.find(mayPass) ?? first;
  return new EtcdError(worth.reason, errors.map(error => error.message).join('; '), worth);
}

/** Without what gRPC and OpenSSL add for themselves: source lines, dates, empty notes. */
function plainText(message: string): string {
  return message
    .replace(/\s*Resolution note:\s*$/, '')
    .replace(/No connection established\. Last error: (Error: )?/, '')
    .replace(/; if the root CA is installed locally.*--use-system-ca/, '')
    .replace(/[0-9A-F]{8,}:error:[0-9A-F]+:SSL routines:[^:]*:([^:]*):\S*?:\d+:SSL alert/, 'TLS: $1, alert')
    .replace(/[0-9A-F]{8,}:error:[0-9A-F]+:(SSL routines):[^:]*:([^:]*):\S*/, '$1: $2')
    .replace(/\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s.]+$/, '');
}
