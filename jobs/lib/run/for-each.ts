import { forEachConcurrently } from './concurrency.ts';
import type { Log } from './log.ts';
import { startProgress } from './progress.ts';

/** Requests under way at a time: enough to keep an API server busy, few enough to leave room for others. */
const CONCURRENCY = 16;

/** Runs `action` for every item, many at a time, and shows how far it is; says nothing where there is no item. */
export async function forEachShown<T>(
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
  what: string,
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return;
  const progress = startProgress(log, what, items.length);
  const counted = async (item: T): Promise<void> => {
    await action(item);
    progress.add();
  };
  await forEachConcurrently(items, CONCURRENCY, counted, signal);
}
