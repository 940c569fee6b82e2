import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const heldByAnother = 75;

/**
 * Runs an action while no other process on this machine holds the same lock file. The lock is the kernel's (flock),
 * held by a child that ends with us however we end, so that it is never left behind.
 */
export async function withLock<T>(file: string, onWait: () => void, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  let release = await acquire(file, ['--nonblock']);
  if (!release) {
    onWait();
    release = await acquire(file, []);
  }
  if (!release) throw new Error(`The lock ${file} could not be taken.`);
  try {
    return await action();
  } finally {
    await release();
  }
}

async function acquire(file: string, options: readonly string[]): Promise<(() => Promise<void>) | undefined> {
  const flock = ['flock', ...options, '--conflict-exit-code', String(heldByAnother), file];
  const args = ['--pdeathsig', 'KILL', '--', ...flock, 'sh', '-c', 'echo; exec cat'];
  // Detached: Ctrl-C must not release the lock before we are done.
  const child = spawn('setpriv', args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  const held = once(child.stdout, 'data').then(() => 'held' as const);
  if ((await Promise.race([held, ended])) === 'held') {
    return async () => {
      child.stdin.end();
      await ended;
    };
  }
  if (child.exitCode === heldByAnother) return undefined;
  throw new Error(`flock ${file} exited with code ${child.exitCode}.`);
}
