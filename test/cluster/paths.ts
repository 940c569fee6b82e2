import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is made once and kept, outside the checkout. */
export function cacheDirectory(): string {
  const { CALICO_UPGRADE_CACHE, XDG_CACHE_HOME } = process.env;
  return CALICO_UPGRADE_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'calico-upgrade');
}

/** Where each run has its own directory. Next to the cache, since /tmp may be a tmpfs, which containerd cannot use. */
export function runsDirectory(): string {
  return join(cacheDirectory(), 'run');
}
