import { monotonicMs, sleep } from '../run/abort.ts';
import { refused } from '../run/failure.ts';
import type { EtcdConnection } from './connection.ts';
import { grantLease, keepLease, revokeLease } from './lease.ts';
import { type Holder, holderOf, holderText, thisProcess } from './lock-holder.ts';
import { compareCreate } from './v3-operation.ts';
import { type Fence, lockLost } from './v3-write.ts';

const TTL_SECONDS = 30;
/** etcd ends a lease up to some seconds late. */
const LATE_MS = 5_000;
const LOOK_EVERY_MS = 500;

export interface LockOptions {
  /** The key of the lock. */
  readonly key: string;
  /** How long the lock of a process that was killed stays, in seconds. */
  readonly ttlSeconds?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told once, when somebody else holds the lock: who, and how long it is waited for at most. */
  readonly onWait?: (holder: string, mostMs: number) => void;
}

/** A lock that is held. It is released when disposed of. */
export interface Lock extends AsyncDisposable {
  /** What every write must compare. */
  readonly fence: Fence;
  /** Ends with an EtcdError `lock-lost` as soon as it is known that the lock is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a lock. A holder that was killed does not renew it, so it is waited for until a lock can no longer be such
 * a one; then this throws a refusal that says who holds it and since when.
 */
export async function acquireLock(connection: EtcdConnection, options: LockOptions): Promise<Lock> {
  const { key, ttlSeconds = TTL_SECONDS, signal, onWait } = options;
  const mostMs = ttlSeconds * 1000 + LATE_MS;
  const deadline = monotonicMs() + mostMs;
  let told = false;
  for (;;) {
    const taken = await take(connection, key, ttlSeconds, signal);
    if ('lease' in taken) return held(connection, taken, ttlSeconds);
    if (!told) onWait?.(holderText(taken.holder), mostMs);
    told = true;
    if (monotonicMs() >= deadline) throw isHeld(key, taken.holder);
    await sleep(LOOK_EVERY_MS, signal);
  }
}

const isHeld = (key: string, holder: Holder | undefined) =>
  refused(
    `another process is at work: the etcd key ${key} is held by ${holderText(holder)}. Wait for it to end, or stop it, and run again`,
  );

interface Taken {
  readonly fence: Fence;
  readonly lease: string;
}

async function take(
  connection: EtcdConnection,
  key: string,
  ttlSeconds: number,
  signal: AbortSignal | undefined,
): Promise<Taken | { readonly holder: Holder | undefined }> {
  const look = { key: Buffer.from(key) };
  const before = await connection.run(`read of ${key}`, client => client.kv.range(look), signal);
  const [present] = before.kvs;
  if (present) return { holder: holderOf(present.value) };

  const lease = await grantLease(connection, ttlSeconds, signal);
  const me = thisProcess();
  const put = { ...look, value: Buffer.from(JSON.stringify(me)), lease };
  const request = {
    compare: [compareCreate(look.key, '0')],
    success: [{ request_put: put }],
    failure: [{ request_range: look }],
  };
  const answer = await connection.run(`write of ${key}`, client => client.kv.txn(request), signal);
  if (answer.succeeded) return { fence: { key, createRevision: answer.header.revision }, lease };
  const found = answer.responses[0]?.response_range.kvs[0];
  const holder = found && holderOf(found.value);
  // Ours already: the answer of an earlier try was lost.
  if (found && holder?.id === me.id) return { fence: { key, createRevision: found.create_revision }, lease };
  await revokeLease(connection, lease);
  return { holder };
}

function held(connection: EtcdConnection, { fence, lease }: Taken, ttlSeconds: number): Lock {
  const lost = new AbortController();
  const released = new AbortController();
  const keeping = keepLease(connection, lease, ttlSeconds, released.signal).then(
    () => lost.abort(lockLost(fence)),
    () => undefined,
  );
  const release = async () => {
    if (released.signal.aborted) return;
    released.abort();
    await keeping;
    // The key goes with its lease.
    await revokeLease(connection, lease);
  };
  return { fence, signal: lost.signal, release, [Symbol.asyncDispose]: release };
}
