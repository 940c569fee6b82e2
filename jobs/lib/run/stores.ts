import { connectEtcdV2, type EtcdV2 } from '../etcd/v2.ts';
import { connectEtcdV3, type EtcdV3 } from '../etcd/v3.ts';
import type { StoreOptions } from './etcd-store-options.ts';
import { etcdOptions, storeConfig } from './etcd-stores.ts';
import type { Log } from './log.ts';
import { durationText } from './progress.ts';

/** Both stores: where the data is, and where it goes. Often they are the same etcd. */
export interface Stores extends Disposable {
  readonly v2: EtcdV2;
  readonly v3: EtcdV3;
}

/**
 * Connects to both stores with the first request. Throws a usage failure that names a missing or wrong setting. Without a
 * signal nothing stops a request but its time.
 */
export async function openStores(
  options: StoreOptions,
  log: () => Log,
  signal?: AbortSignal,
): Promise<Stores> {
  const [from, to] = [await storeConfig(options, 'v1'), await storeConfig(options, 'v3')];
  const v2 = connectEtcdV2(etcdOptions(from, options, restOf(log, signal)));
  const v3 = connectEtcdV3(etcdOptions(to, options, restOf(log, signal)));
  return {
    v2,
    v3,
    [Symbol.dispose]: () => {
      v2[Symbol.dispose]();
      v3[Symbol.dispose]();
    },
  };
}

/** The same for the v1 data alone. */
export async function openV2(options: StoreOptions, log: () => Log, signal?: AbortSignal): Promise<EtcdV2> {
  return connectEtcdV2(etcdOptions(await storeConfig(options, 'v1'), options, restOf(log, signal)));
}

const restOf = (log: () => Log, signal: AbortSignal | undefined) => ({
  onRetry: (error: Error, pauseMs: number, attempt: number): void =>
    log().warn(`${error.message}; trying again in ${durationText(pauseMs)} (attempt ${attempt})`),
  ...(signal ? { signal } : {}),
});
