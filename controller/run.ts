import { type ConnectOptions, connect, type KubeClient } from '../jobs/lib/kubernetes/client.ts';
import { monotonicMs } from '../jobs/lib/run/abort.ts';
import { Failure } from '../jobs/lib/run/failure.ts';
import type { Log } from '../jobs/lib/run/log.ts';
import { holdLock, LOCK_CONNECTION } from './lock/hold-lock.ts';
import type { ControllerOptions } from './options.ts';
import { startEvents } from './status/events.ts';
import { runUpgrades } from './upgrade/loop.ts';
import { createWaker } from './upgrade/waker.ts';
import { type Heartbeat, startHeartbeat } from './web/heartbeat.ts';
import { createMetrics, type Metrics } from './web/metrics.ts';
import { serveWeb } from './web/serve.ts';

/** The longest time without a turn: one request may be tried for six minutes. */
const LONGEST_TURN_MS = 10 * 60_000;

/** For Events: they must hold up nothing. */
const EVENT_CONNECTION: ConnectOptions = { requestTimeoutMs: 10_000, retryTotalMs: 30_000 };

/** Runs the controller until the signal ends it. Throws a Failure where it cannot work. */
export async function runController(
  options: ControllerOptions,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const metrics = createMetrics();
  const heartbeat = startHeartbeat(LONGEST_TURN_MS);
  const counted = countedBy(metrics, log);
  const lockClient = connect({ ...counted, ...LOCK_CONNECTION });
  const eventClient = connect({ ...counted, ...EVENT_CONNECTION });
  const leader = { options, log, metrics, heartbeat, counted, eventClient, isLeading: false };
  try {
    const healthy = (): boolean => !leader.isLeading || heartbeat.isAlive();
    const web = await serveWeb({ port: options.port, metrics, ready: () => true, healthy }, signal);
    log.info(`serves /healthz, /readyz and /metrics on port ${web.port}`);
    await leadAgain(options, log, lockClient, held => lead(leader, held), signal);
    await web.closed;
  } finally {
    await Promise.all([lockClient.close(), eventClient.close()]);
  }
}

function countedBy({ countRequest, countRetry }: Metrics, log: Log): ConnectOptions {
  return {
    onRequest: countRequest,
    onRetry: error => {
      countRetry();
      log.warn(`tried again: ${error.message}`);
    },
  };
}

/** What there is beside the lock. */
interface Leader {
  readonly options: ControllerOptions;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly heartbeat: Heartbeat;
  readonly counted: ConnectOptions;
  readonly eventClient: KubeClient;
  /** Whether the main loop has to make turns: who waits for the lock is well, too. */
  isLeading: boolean;
}

/** Works on the upgrades for as long as the lock is held. */
async function lead(leader: Leader, signal: AbortSignal): Promise<void> {
  const { options, log, metrics, heartbeat, counted, eventClient } = leader;
  const { namespace, nodeName: ownNode, manifests } = options;
  const client = connect({ ...counted, signal });
  const waker = createWaker();
  const events = startEvents(eventClient, log);
  heartbeat.beat();
  leader.isLeading = true;
  try {
    const own = { namespace, ownNode, manifests };
    await runUpgrades(
      { client, log, events, metrics, wake: waker.wake, signal, ...own },
      waker,
      heartbeat.beat,
    );
  } finally {
    leader.isLeading = false;
    await client.close();
    await events.settled();
  }
}

/** Takes the lock, and takes it again after it was lost: then another controller may have been at work meanwhile. */
async function leadAgain(
  { namespace, identity, leaseSeconds }: ControllerOptions,
  log: Log,
  lockClient: ReturnType<typeof connect>,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = monotonicMs();
    try {
      const lease = { leaseSeconds, renewSeconds: leaseSeconds / 3 };
      await holdLock(lockClient, { namespace, identity, log, ...lease }, signal, lead);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Failure) || error.outcome !== 'failed') throw error;
      log.warn(`${error.message} (after ${Math.round((monotonicMs() - startedAt) / 1000)} s)`);
    }
  }
}
