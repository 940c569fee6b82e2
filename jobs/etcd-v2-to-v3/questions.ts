import { readClusterInformation } from '../lib/calico/v3/cluster-information.ts';
import { failureOf } from '../lib/kubernetes/failures.ts';
import type { StoreOptions } from '../lib/run/etcd-store-options.ts';
import { EXIT_CODES } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Facts, readFacts } from '../lib/run/migration-facts.ts';
import { openStores } from '../lib/run/stores.ts';
import { ANSWER_CODES, type Answer, isInProgress, isNeeded, type Versions } from './needed.ts';
import type { StatusOptions } from './options.ts';
import { statusOf, statusText } from './status.ts';

/** Says where the migration stands; 0 if that could be read. */
export async function status(options: StatusOptions, log: Log): Promise<number> {
  try {
    const found = statusOf(await factsOf(options, log));
    print(options.json ? JSON.stringify(found) : statusText(found));
    return EXIT_CODES.done;
  } catch (error) {
    return failed(log, error);
  }
}

/** Exit code 0 where a migration is needed, 1 where it is not, 2 where nobody can say. */
export const needed = (options: StoreOptions, log: Log): Promise<number> =>
  answer(options, log, facts => isNeeded(versionsOf(facts)));

/** Exit code 0 where Calico 2.6 is paused for a migration, 1 where it is not, 2 where nobody can say. */
export const inProgress = (options: StoreOptions, log: Log): Promise<number> =>
  answer(options, log, facts => isInProgress(versionsOf(facts), facts.ready));

async function answer(options: StoreOptions, log: Log, decide: (facts: Facts) => Answer): Promise<number> {
  try {
    const { answer: word, reason } = decide(await factsOf(options, log));
    print(`${word}: ${reason}`);
    return ANSWER_CODES[word];
  } catch (error) {
    failed(log, error);
    return ANSWER_CODES.unknown;
  }
}

async function factsOf(options: StoreOptions, log: Log): Promise<Facts> {
  using stores = await openStores(options, () => log);
  return await readFacts(stores);
}

function versionsOf({ version, clusterInformation }: Facts): Versions {
  return { v1: version, v3: readClusterInformation(clusterInformation)?.calicoVersion };
}

function failed(log: Log, error: unknown): number {
  const failure = failureOf(error);
  for (const line of failure.details) log.error(line);
  log.error(failure.message);
  return EXIT_CODES[failure.outcome];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
