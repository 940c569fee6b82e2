import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, type RunningProcess } from './process.ts';

/** A process was started and did not become usable. The message ends with its last log lines. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(child: RunningProcess, problem: string) {
    super(`${child.name} ${problem}. The end of its log:\n${lastLines(child.log)}`);
  }
}

/** Polls until the probe says yes; fails as soon as the process has ended, or at the deadline. */
export async function waitUntil(
  what: string,
  child: RunningProcess,
  probe: () => Promise<boolean>,
  deadlineMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  let problem = '';
  while (performance.now() < deadline) {
    if (!child.running()) throw new StartError(child, await child.exited);
    try {
      if (await probe()) return;
      problem = '';
    } catch (error) {
      problem = `, last error: ${describe(error)}`;
    }
    await sleep(50);
  }
  throw new StartError(child, `was not usable after ${deadlineMs / 1000} s (waited for ${what}${problem})`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
