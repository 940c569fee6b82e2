import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is neither undefined nor false, and returns it; fails when that takes too long. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  seconds = 60,
): Promise<T> {
  for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; ) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(100);
  }
  throw new Error(`Waited ${seconds} s in vain: ${what}.`);
}
