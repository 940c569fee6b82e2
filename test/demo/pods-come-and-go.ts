import { setTimeout as sleep } from 'node:timers/promises';
import { endpointKeys } from '../bench/etcd-data.ts';
import type { V1Store } from '../jobs/etcd-v2-to-v3/v1-store.ts';

/** Makes and deletes endpoints as a CNI plugin does: only while the Ready flag says that it may. */
export interface Pods {
  /** How many were made and deleted. */
  readonly made: number;
  readonly deleted: number;
  /** How many calls were refused since Calico is paused. */
  readonly refused: number;
  /** Stops, and waits for the call that runs. */
  stop(): Promise<void>;
}

const PAUSE_MS = 5;

/** Begins with pods that have numbers from `first` on; each lives for the time of some others. */
export function podsComeAndGo(store: V1Store, first: number): Pods {
  const alive: number[] = [];
  const counts = { made: 0, deleted: 0, refused: 0 };
  let stopped = false;
  const once = async (next: number): Promise<void> => {
    if ((await store.get('/calico/v1/Ready')) !== 'true') {
      counts.refused += 1;
      return;
    }
    for (const [key, value] of endpointKeys(next)) await store.put(key, value);
    alive.push(next);
    counts.made += 1;
    if (alive.length <= 20) return;
    for (const [key] of endpointKeys(alive.shift() ?? next)) await store.remove(key);
    counts.deleted += 1;
  };
  const running = (async () => {
    for (let next = first; !stopped; next += 1) {
      await once(next);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    get made() {
      return counts.made;
    },
    get deleted() {
      return counts.deleted;
    },
    get refused() {
      return counts.refused;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}
