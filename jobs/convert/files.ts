import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, lstat, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
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

/**
 * Writes a file so that it is there with all of its content or not at all. What is no file, such as a pipe or a device, is
 * written to as it is: a rename would put a file in its place.
 */
async function writeWhole(path: string, result: string): Promise<void> {
  const found = await existing(path);
  if (found !== undefined && !found.isFile()) {
    await writeFile(path, result);
    return;
  }
  const file = found === undefined ? await newFile(path) : await realpath(path);
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    await writeDraft(draft, result);
    if (found !== undefined) await chmod(draft, found.mode & PERMISSIONS);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

const PERMISSIONS = 0o7777;

/** What there is, at the end of symbolic links too: of a link to an open pipe only this says that it is no file. */
async function existing(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A path where nothing is; a symbolic link there leads nowhere, and is not ours to replace. */
async function newFile(path: string): Promise<string> {
  try {
    await lstat(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
  throw new Error('it is a symbolic link that leads nowhere');
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function writeDraft(path: string, result: string): Promise<void> {
  await using file = await open(path, 'wx');
  await file.writeFile(result);
  await file.sync();
}
