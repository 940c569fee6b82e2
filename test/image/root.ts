import { cp, mkdir, realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runOrFail } from '../cluster/command.ts';
import { findOnPath } from '../cluster/packages.ts';
import { imageCache } from './buildah.ts';

/** An empty directory for the files of an image, one for each name. */
export async function newRoot(name: string): Promise<string> {
  const root = join(imageCache(), `${name}-root`);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  return root;
}

/** Adds a program of this machine, and the libraries that it needs. */
export async function addProgram(root: string, program: string, path: string): Promise<void> {
  await copy(program, join(root, path));
  const libraries = (await runOrFail('ldd', [program])).matchAll(/(?:=> |^\s*)(\/\S+)/gm);
  for (const [, library = ''] of libraries) await copy(library, join(root, library));
}

/** Copies a file or a directory, following links. */
export async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, dereference: true });
}

/** The real path of a program on the PATH. */
export async function locate(program: string): Promise<string> {
  const path = await findOnPath(program);
  if (!path) throw new Error(`${program} is not on the PATH`);
  return realpath(path);
}
