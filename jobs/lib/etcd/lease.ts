import type { Etcd3 } from 'etcd3';
import { monotonicMs, sleep } from '../run/abort.ts';
import type { EtcdConnection } from './connection.ts';
import { EtcdError } from './errors.ts';

/** Pause after a renewal that failed: a longer one could outlast what is left of the lease. */
const AGAIN_MS = 500;

/** A new lease that ends by itself after its time to live, unless it is renewed. */
export async function grantLease(
  connection: EtcdConnection,
  ttlSeconds: number,
  signal?: AbortSignal,
): Promise<string> {
  const grant = (client: Etcd3) => client.leaseClient.leaseGrant({ TTL: ttlSeconds });
  return (await connection.run('grant of a lease', grant, signal)).ID;
}

/** Ends a lease, and with it its keys, as well as it can, also in a run that was stopped: it ends by itself later. */
export async function revokeLease(connection: EtcdConnection, id: string): Promise<void> {
  const revoke = (client: Etcd3) => client.leaseClient.leaseRevoke({ ID: id });
  try {
    await connection.runToTheEnd('end of a lease', revoke, AbortSignal.timeout(5_000));
  } catch (error) {
    if (!(error instanceof EtcdError) && !(error instanceof DOMException)) throw error;
  }
}

/**
 * Renews a lease until the signal ends it. Returns as soon as the lease is lost: etcd says so, or no renewal was
 * answered for its time to live.
 */
export async function keepLease(
  connection: EtcdConnection,
  id: string,
  ttlSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const ttlMs = ttlSeconds * 1000;
  let renewed = monotonicMs();
  let pause = ttlMs / 3;
  while (monotonicMs() - renewed < ttlMs) {
    await sleep(Math.min(pause, Math.max(0, renewed + ttlMs - monotonicMs())), signal);
    const begin = monotonicMs();
    const left = await renewal(connection, id, AbortSignal.any([signal, AbortSignal.timeout(ttlMs)]));
    signal.throwIfAborted();
    if (left === 'lost') return;
    pause = left === 'unknown' ? AGAIN_MS : ttlMs / 3;
    if (left === 'renewed') renewed = begin;
  }
}

async function renewal(
  connection: EtcdConnection,
  id: string,
  signal: AbortSignal,
): Promise<'renewed' | 'lost' | 'unknown'> {
  try {
    const renew = (client: Etcd3) => keepAlive(client, id);
    const ttl = await connection.runOnce('renewal of the lease', renew, signal);
    return Number(ttl) > 0 ? 'renewed' : 'lost';
  } catch {
    return 'unknown';
  }
}

/** One renewal: a stream of one request and its answer. Returns the seconds that the lease has now. */
async function keepAlive(client: Etcd3, id: string): Promise<string> {
  const stream = await client.leaseClient.leaseKeepAlive();
  try {
    return await new Promise<string>((resolve, reject) => {
      stream.on('data', ({ TTL }) => resolve(TTL));
      stream.on('error', reject);
      stream.on('end', () => reject(new Error('UNAVAILABLE: the stream ended')));
      stream.write({ ID: id });
    });
  } finally {
    stream.end();
  }
}
