import { isDeepStrictEqual } from 'node:util';
import { connect, type KubeClient } from '../lib/kubernetes/client.ts';
import { failureOf } from '../lib/kubernetes/failures.ts';
import { sleep } from '../lib/run/abort.ts';
import { EXIT_CODES } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { durationText } from '../lib/run/progress.ts';
import type { StatusOptions } from './options.ts';
import { readViews } from './read.ts';
import { lineScreen, type Screen, terminalScreen } from './screen.ts';
import { viewLines } from './text.ts';
import { endOf, type UpgradeView } from './view.ts';

const LOOK_EVERY_MS = 1_000;

/** Somebody waits for a single answer; who watches an upgrade also watches an API server that is away. */
const RETRY_MS = { once: 10_000, watching: 600_000 };

/**
 * Says how far upgrades are. Returns the exit code: when it watches, 0 after Complete or RolledBack, 1 after Stopped or
 * Invalid; else 0 for an answer.
 * @param log does not write to standard output, where the status goes
 */
export async function status({ name, watch }: StatusOptions, log: Log): Promise<number> {
  const client = connect({
    requestTimeoutMs: 10_000,
    retryTotalMs: watch ? RETRY_MS.watching : RETRY_MS.once,
    onRetry: (error, pauseMs) => log.warn(`${error.message}; asking again in ${durationText(pauseMs)}`),
  });
  try {
    if (watch) return await watchViews(client, name, screenOf(process.stdout));
    write(`${allLines(await readViews(client, name), new Date()).join('\n')}\n`);
    return EXIT_CODES.done;
  } catch (error) {
    const failure = failureOf(error);
    log.error(failure.message);
    return EXIT_CODES[failure.outcome];
  } finally {
    await client.close();
  }
}

/** Until every upgrade is at an end. */
async function watchViews(client: KubeClient, name: string | undefined, screen: Screen): Promise<number> {
  const isTerminal = process.stdout.isTTY;
  let before: readonly UpgradeView[] | undefined;
  for (;;) {
    const views = await readViews(client, name);
    if (!isDeepStrictEqual(views, before)) screen.show(allLines(views, isTerminal ? new Date() : undefined));
    before = views;
    const ends = views.map(endOf);
    if (views.length > 0 && !ends.includes(undefined))
      return ends.includes('bad') ? EXIT_CODES.failed : EXIT_CODES.done;
    await sleep(LOOK_EVERY_MS);
  }
}

function allLines(views: readonly UpgradeView[], now: Date | undefined): readonly string[] {
  if (views.length === 0) return ['There is no CalicoUpgrade in this cluster'];
  return views.flatMap((view, index) => [...(index > 0 ? [''] : []), ...viewLines(view, now)]);
}

const screenOf = ({ isTTY }: NodeJS.WriteStream): Screen =>
  isTTY ? terminalScreen(write) : lineScreen(write);

function write(text: string): void {
  process.stdout.write(text);
}
