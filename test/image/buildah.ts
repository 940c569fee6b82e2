import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, runCommand, runOrFail } from '../cluster/command.ts';
import { withLock } from '../cluster/lock.ts';
import { ensurePackages } from '../cluster/packages.ts';
import { cacheDirectory } from '../cluster/paths.ts';

/** Debian packages that building images needs. */
export const IMAGE_PACKAGES: readonly string[] = ['buildah'];

export const imageCache = (): string => join(cacheDirectory(), 'images');

// A store of our own, and no containers: works as root in a container, and leaves the machine's images alone.
const store = () => ['--root', join(imageCache(), 'store'), '--runroot', join(imageCache(), 'run')];
const environment = () => ({ ...process.env, STORAGE_DRIVER: 'overlay', BUILDAH_ISOLATION: 'chroot' });

/** Runs buildah on our store; returns its output without the final line end. */
export async function buildah(...args: readonly string[]): Promise<string> {
  return (await runOrFail('buildah', [...store(), ...args], { env: environment() })).trimEnd();
}

/** As `buildah`, for commands that may fail. */
export function tryBuildah(...args: readonly string[]): Promise<CommandResult> {
  return runCommand('buildah', [...store(), ...args], { env: environment() });
}

/** Makes sure that buildah is there. */
export const ensureBuildah = (): Promise<void> => ensurePackages(IMAGE_PACKAGES, 'Building images');

/** Images are made once, and by one process at a time. */
export function underImageLock<T>(action: () => Promise<T>): Promise<T> {
  const wait = () => process.stderr.write('Waiting for another run that makes images\n');
  return withLock(join(imageCache(), 'lock'), wait, action);
}

/** Undoes the mount that every use of the store leaves behind. */
export async function releaseStore(): Promise<void> {
  await runCommand('umount', [join(imageCache(), 'store', 'overlay')]);
}

/** An image made of one directory, unless it is in the store already. `name` begins with `localhost/`. */
export async function imageOf(name: string, fill: () => Promise<string>, config: readonly string[] = []) {
  if ((await tryBuildah('inspect', '--type', 'image', name)).exitCode === 0) return name;
  const directory = await fill();
  const container = await buildah('from', 'scratch');
  await buildah('add', '--quiet', container, directory, '/');
  await buildah('config', ...config, container);
  await buildah('commit', '--quiet', '--rm', container, name);
  await rm(directory, { recursive: true });
  return name;
}
