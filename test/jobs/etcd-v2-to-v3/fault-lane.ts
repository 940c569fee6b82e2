import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Etcd3 } from 'etcd3';
import { connectEtcdV3, type EtcdV3 } from '../../../jobs/lib/etcd/v3.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type GrpcFaultProxy, startGrpcFaultProxy } from '../../faults/grpc-proxy.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { v2PutAll } from '../lib/etcd/v2-seed.ts';
import { compileCache } from '../program-main.ts';
import { FAULT_V1, READY } from './fault-data.ts';
import { type ProgramResult, startProgram } from './program.ts';
import { type V1Store, v1Store } from './v1-store.ts';
import { type V3Store, v3Store } from './v3-store.ts';

/** Which API of etcd. */
export type Side = 'v2' | 'v3';

export type Faults = Partial<Record<Side, readonly Fault[]>>;

export interface FaultedRun extends ProgramResult {
  /** All that it wrote. */
  readonly log: string;
  readonly seconds: number;
  readonly requests: Readonly<Record<Side, readonly RecordedRequest[]>>;
}

/** An etcd with the v1 data of the fault tests, and a proxy before each of its APIs. */
export interface FaultLane extends AsyncDisposable {
  readonly etcd: Etcd;
  readonly proxies: Readonly<Record<Side, FaultProxy | GrpcFaultProxy>>;
  /** Both APIs, beside the proxies. */
  readonly v1: V1Store;
  readonly v3: V3Store;
  readonly reader: EtcdV3;
  /** Where the reports go. */
  readonly reports: string;
  /** Starts `etcd-v2-to-v3` behind the proxies. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<typeof startProgram>;
  /** Runs it to its end, with these faults and no others. */
  run(args: readonly string[], faults?: Faults, env?: Readonly<Record<string, string>>): Promise<FaultedRun>;
  ready(): Promise<string | undefined>;
  /** As before any migration. */
  clean(): Promise<void>;
  /** Ends the lock of a process that was killed, as its lease does after half a minute. */
  expireLock(): Promise<void>;
}

export interface LaneOptions {
  /** The program, where several lanes share it. */
  readonly bundle?: Bundle;
  /** Of etcd. */
  readonly flags?: readonly string[];
}

/** Starts a lane in which nothing was migrated yet. */
export async function startFaultLane({ flags = [], bundle }: LaneOptions = {}): Promise<FaultLane> {
  await using stack = new AsyncDisposableStack();
  // Hundreds of runs start the same program, so it has to start fast.
  const bundling = bundle ? undefined : buildBundle();
  bundling?.catch(() => undefined);
  const etcd = stack.use(await startEtcd({ flags }));
  const proxies = {
    v2: stack.use(await startFaultProxy({ upstream: { url: etcd.endpoint } })),
    v3: stack.use(await startGrpcFaultProxy(etcd.endpoint)),
  };
  const own = stack.use(await bundling);
  const { main } = bundle ?? own ?? assert.fail('no program');
  const v3 = stack.use(v3Store(etcd.endpoint));
  const reader = stack.use(connectEtcdV3({ endpoints: [etcd.endpoint], requestTimeoutMs: 10_000 }));
  const v1 = v1Store(etcd.endpoint);
  const reports = join(etcd.directory, 'reports');
  const start: FaultLane['start'] = (args, env = {}) =>
    startProgram(['etcd-v2-to-v3', ...args], {
      ...{ main, endpoint: proxies.v3.url },
      env: {
        APIV1_ETCD_ENDPOINTS: proxies.v2.url,
        CALICO_UPGRADE_DRAIN_SECONDS: '0',
        CALICO_UPGRADE_OUTPUT_DIR: reports,
        ...compileCache(etcd.directory),
        ...env,
      },
    });
  const clean = async () => {
    await v3.removeAll();
    await v1.put(READY, 'true');
    if (isDeepStrictEqual({ ...(await v1.dump()) }, sorted(FAULT_V1))) return;
    await v1.remove('/calico');
    await v2PutAll(etcd.endpoint, Object.entries(FAULT_V1));
  };
  await clean();
  const owned = stack.move();
  return {
    ...{ etcd, proxies, v1, v3, reader, reports, start, clean },
    run: runner(proxies, start),
    ready: () => v1.get(READY),
    expireLock: () => expireLock(etcd.endpoint),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function runner(proxies: FaultLane['proxies'], start: FaultLane['start']): FaultLane['run'] {
  return async (args, faults = {}, env = {}) => {
    setFaults(proxies, faults);
    const started = performance.now();
    const result = await start(args, env).result;
    const seconds = (performance.now() - started) / 1000;
    const requests = { v2: [...proxies.v2.requests], v3: [...proxies.v3.requests] };
    setFaults(proxies, {});
    return { ...result, log: result.stdout + result.stderr, seconds, requests };
  };
}

/** Forgets what was, and arms the proxies. */
export function setFaults(proxies: FaultLane['proxies'], faults: Faults): void {
  for (const side of ['v2', 'v3'] as const) {
    proxies[side].reset();
    proxies[side].setFaults(faults[side] ?? []);
  }
}

/** Resolves when a program says something; fails where it ends without. */
export async function untilSaid({ child }: ReturnType<FaultLane['start']>, what: RegExp): Promise<void> {
  let text = '';
  child.stdout.on('data', chunk => {
    text += chunk;
  });
  const ended = once(child, 'exit').then(() => assert.fail(`ended: ${text}`));
  ended.catch(() => undefined);
  while (!what.test(text)) await Promise.race([sleep(20), ended]);
}

const sorted = (keys: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(keys).sort());

async function expireLock(endpoint: string): Promise<void> {
  const client = new Etcd3({ hosts: endpoint });
  try {
    const { kvs } = await client.kv.range({ key: Buffer.from('/calico-upgrade/lock') });
    for (const { lease } of kvs) await client.leaseClient.leaseRevoke({ ID: lease });
  } finally {
    client.close();
  }
}
