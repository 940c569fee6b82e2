import assert from 'node:assert/strict';
import { holdLock } from '../../../controller/lock/hold-lock.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';

/** Long enough for a machine that is busy with other tests. */
export const LEASE_SECONDS = 3;
export const RENEW_SECONDS = 0.5;

/** A controller in this process: when it acted, in milliseconds, and how it ended. */
export interface LockedController {
  readonly lines: readonly string[];
  startedMs: number | undefined;
  /** When its work ended after an abort. */
  stoppedMs: number | undefined;
  /** As SIGTERM does. */
  stop(): void;
  /** The text of what it threw; '' where it ended well. */
  readonly ended: Promise<string>;
}

/** Starts it; it acts as soon as it has the lock of the namespace `default`. */
export function startLocked(identity: string, client: KubeClient): LockedController {
  const stop = new AbortController();
  const lines: string[] = [];
  const log = createLog({ format: 'text', level: 'info' }, { write: line => lines.push(line) });
  const options = {
    namespace: 'default',
    identity,
    leaseSeconds: LEASE_SECONDS,
    renewSeconds: RENEW_SECONDS,
    log,
  };
  const body = async (signal: AbortSignal): Promise<void> => {
    controller.startedMs = performance.now();
    await sleep(600_000, signal).finally(() => {
      controller.stoppedMs = performance.now();
    });
  };
  const ended = holdLock(client, options, stop.signal, body).then(() => '', String);
  const controller: LockedController = {
    lines,
    startedMs: undefined,
    stoppedMs: undefined,
    stop: () => stop.abort(new Error('stopped by SIGTERM')),
    ended,
  };
  return controller;
}

/** That two never acted at the same time: the first had stopped when the second began. */
export function assertApart(first: LockedController, second: LockedController): void {
  assert.ok(first.stoppedMs !== undefined && second.startedMs !== undefined);
  assert.ok(first.stoppedMs <= second.startedMs, 'both acted at a time');
}

export const isActing = ({ startedMs, stoppedMs }: LockedController): boolean =>
  startedMs !== undefined && stoppedMs === undefined;
