import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';

/** A client that sends at most so many requests at a time; the others wait for their turn. Watches are not counted. */
export function boundedClient(client: KubeClient, limit: number): KubeClient {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = (): Promise<void> | undefined => {
    if (running < limit) {
      running += 1;
      return undefined;
    }
    return new Promise(resolve => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    ...client,
    async request(request) {
      await enter();
      try {
        return await client.request(request);
      } finally {
        leave();
      }
    },
  };
}
