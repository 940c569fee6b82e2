import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { closedError, etcdError } from './errors.ts';
import { checkedEndpoints, checkedUser, type EtcdOptions, loadTls } from './options.ts';
import { eitherSignal, oneRound, rounds } from './rounds.ts';

const CHANNEL = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  // gRPC would send the requests through the http_proxy of the environment, which no other client of etcd does.
  'grpc.enable_http_proxy': 0,
};

/** One request: `what` names it in messages. */
export type EtcdAction<T> = (client: Etcd3) => Promise<T>;

/** A connection to one member of the cluster at a time. */
export interface EtcdConnection {
  /** Runs an action that may be repeated without harm, at the next endpoint and later again where that can help. */
  run<T>(what: string, action: EtcdAction<T>, signal?: AbortSignal): Promise<T>;
  /** The same also after the signal of the options has ended: for what has to be given back. */
  runToTheEnd<T>(what: string, action: EtcdAction<T>, signal: AbortSignal): Promise<T>;
  /** Runs an action at each endpoint once, until one answers: for what has no time to wait between tries. */
  runOnce<T>(what: string, action: EtcdAction<T>, signal: AbortSignal): Promise<T>;
  close(): void;
}

/** Checks the options and prepares a connection; the first request opens it. */
export function openConnection(options: EtcdOptions): EtcdConnection {
  const endpoints = checkedEndpoints(options.endpoints);
  const newClient = clientFactory(options, endpoints);
  let current = 0;
  let client: Etcd3 | undefined;
  let isClosed = false;
  const drop = () => {
    client?.close();
    client = undefined;
  };

  const attempt = async <T>(what: string, action: EtcdAction<T>, signal: AbortSignal | undefined) => {
    if (isClosed) throw closedError(what);
    const endpoint = endpoints[current % endpoints.length] ?? '';
    const used = client ?? newClient(endpoint);
    client = used;
    try {
      return await bounded(action(used), options.requestTimeoutMs, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (isClosed) throw closedError(what);
      // A channel may stay unusable after a reset stream, so no client is used again after a failure.
      if (client === used) {
        drop();
        current += 1;
      }
      throw etcdError(endpoint, what, error);
    }
  };

  const run = <T>(what: string, action: EtcdAction<T>, signal: AbortSignal | undefined) =>
    rounds(options, endpoints.length, signal, () => attempt(what, action, signal));
  return {
    run: (what, action, signal) => run(what, action, eitherSignal(options.signal, signal)),
    runToTheEnd: run,
    async runOnce(what, action, signal) {
      const outcome = await oneRound(endpoints.length, signal, () => attempt(what, action, signal));
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    },
    close() {
      isClosed = true;
      drop();
    },
  };
}

function clientFactory(options: EtcdOptions, endpoints: readonly string[]): (endpoint: string) => Etcd3 {
  const auth = checkedUser(options);
  const tls = endpoints.some(isTls) ? loadTls(options) : undefined;
  return endpoint =>
    new Etcd3({
      hosts: [endpoint],
      grpcOptions: CHANNEL,
      // Failover and retries are decided in this file, where the endpoint of an error is known.
      faultHandling: { global: noop, host: () => noop },
      defaultCallOptions: () => ({ deadline: Date.now() + options.requestTimeoutMs }),
      ...(auth ? { auth } : {}),
      ...(tls && isTls(endpoint) ? { credentials: tls } : {}),
    });
}

const isTls = (endpoint: string): boolean => endpoint.startsWith('https:');

/**
 * Ends the wait when the signal does (etcd3 offers no cancellation), and in any case some time after the deadlines of the
 * two calls that a request can need, login and range: etcd3 repeats a refused login without a limit of its own.
 */
async function bounded<T>(call: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  const limit = AbortSignal.timeout(2 * timeoutMs + 1000);
  const either = eitherSignal(limit, signal) ?? limit;
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(new Error('request timed out'));
  either.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([call, ended.promise]);
  } finally {
    either.removeEventListener('abort', end);
  }
}
