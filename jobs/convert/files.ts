import { randomUUID } from 'node:crypto';
import { chmod, lstat, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf, wrongUsage } from '../lib/run/failure.ts';

/** The text of a file, or of standard input for `-`. */
export async function readInput(path: string): Promise<string> {
  try {
    const bytes = path === '-' ? Buffer.from(await text(process.stdin)) : await readFile(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw wrongUsage(`cannot read ${inputName(path)}: ${messageOf(error)}`);
  }
}

/** How messages name the input. */
export const inputName = (path: string): string => (path === '-' ? 'standard input' : path);

/** Writes the result to a file, or to standard output without one and for `-`. */
export async function writeOutput(path: string | undefined, result: string): Promise<void> {
  const standard = path === undefined || path === '-';
  try {
    await (standard ? writeStandardOutput(result) : writeWhole(path, result));
  } catch (error) {
    throw wrongUsage(`cannot write ${standard ? 'standard output' : path}: ${messageOf(error)}`);
  }
}

function writeStandardOutput(result: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  process.stdout.once('error', reject);
  process.stdout.write(result, error => (error ? reject(error) : resolve()));
  return promise;
}

/** Writes a file so that it is there with all of its content or not at all. What is no file, such as a pipe, is written to. */
async function writeWhole(path: string, result: string): Promise<void> {
  const target = await existing(path);
  if (target !== undefined && target.mode === undefined) {
    await writeFile(target.path, result);
    return;
  }
  const { path: file, mode } = target ?? { path };
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    await writeDraft(draft, result);
    if (mode !== undefined) await chmod(draft, mode);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeDraft(path: string, result: string): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(result);
  await file.sync();
}

interface Target {
  /** Where a symbolic link leads. */
  readonly path: string;
  /** The permissions of a file; nothing for what is no file. */
  readonly mode?: number;
}

async function existing(path: string): Promise<Target | undefined> {
  try {
    const target = await realpath(path);
    const found = await lstat(target);
    return found.isFile() ? { path: target, mode: found.mode & 0o7777 } : { path: target };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
