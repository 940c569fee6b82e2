import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import { type Follow, follow } from './watch.ts';

/** What goes on while nobody waits for it. */
export interface Background {
  /** Takes note of an error, unless all has been stopped. */
  onProblem(error: unknown): void;
  /** Follows a kind; returns when all that exists has been told. */
  follow<T>(given: Omit<Follow<T>, 'onListed'>): Promise<void>;
  /** Ends what is followed. */
  stop(): Promise<void>;
  /** Throws what went wrong before `stop`. */
  check(): void;
}

export function openBackground(client: KubeClient): Background {
  const stopping = new AbortController();
  const { signal } = stopping;
  const problems: unknown[] = [];
  const loops: Promise<void>[] = [];
  const onProblem = (error: unknown): void => {
    if (!signal.aborted) problems.push(error);
  };
  return {
    onProblem,
    follow(given) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const loop = follow(client, { ...given, onListed: resolve }, signal).catch(error => {
        onProblem(error);
        reject(error);
      });
      loops.push(loop);
      return promise;
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
    check() {
      if (problems.length > 0)
        throw new AggregateError(problems, `simulated kubelets: ${problems.map(messageOf).join('; ')}`);
    },
  };
}
