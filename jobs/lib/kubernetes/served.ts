import { sleep } from '../run/abort.ts';
import { failedRun } from '../run/failure.ts';
import type { KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { listPath, type Resource } from './resource.ts';

const WAIT_MS = 60_000;

/** A new endpoint counts as up after good answers in a row, some time apart: there may be several API servers. */
const GOOD_ANSWERS = 3;
const BETWEEN_ANSWERS_MS = 150;

/** Waits until the list of a newly defined kind answers, or until `isServed` says so. Throws a Failure after a minute. */
export async function waitUntilServed(
  client: KubeClient,
  resource: Resource,
  signal: AbortSignal,
  isServed: () => Promise<boolean> = () => answers(client, resource),
): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (let good = 0; good < GOOD_ANSWERS; ) {
    if (await isServed()) {
      good += 1;
      if (good < GOOD_ANSWERS) await sleep(BETWEEN_ANSWERS_MS, signal);
    } else {
      good = 0;
      await pauseBefore(deadline, `${listPath(resource)} to answer`, signal);
    }
  }
}

async function answers(client: KubeClient, resource: Resource): Promise<boolean> {
  try {
    await client.request({ method: 'GET', path: listPath(resource), query: { limit: '1' } });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** A short pause in a wait; throws a Failure that says what was waited for when the deadline has passed. */
export async function pauseBefore(deadline: number, what: string, signal: AbortSignal): Promise<void> {
  if (performance.now() > deadline) {
    throw failedRun(`waited ${WAIT_MS / 1000} s for ${what}. Look at the API server's log, then start again`);
  }
  await sleep(100, signal);
}
