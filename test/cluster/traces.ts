import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Nodes need what no directory holds: a network link on this machine, and cgroups. Both are named after the run's
// directory, so that whoever finds the directory of a dead run knows what else there is.

const cgroupRoot = '/sys/fs/cgroup';
const attempts = 250;
const pauseMs = 20;

/** The name of a run's network link and of its cgroups; a link's name has at most 15 letters. */
export function traceName(directory: string): string {
  return `cu-${basename(directory).slice(-6)}`;
}

/** The directories of all cgroup hierarchies of version 1, and of the one of version 2 that is beside them. */
export function cgroupHierarchies(): string[] {
  return subdirectories(cgroupRoot);
}

/** Waits until the processes of a run, which have been killed, are gone; says whether nothing else is left of them. */
export async function removeTraces(directory: string): Promise<boolean> {
  for (let i = 0; i < attempts && !tryToRemove(directory); i++) await sleep(pauseMs);
  return tryToRemove(directory);
}

/** As `removeTraces`, for a process that ends: nothing else can happen in it any more. */
export function removeTracesNow(directory: string): boolean {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < attempts && !tryToRemove(directory); i++) Atomics.wait(clock, 0, 0, pauseMs);
  return tryToRemove(directory);
}

/** The link goes by itself, some time after the last process of the network. */
function tryToRemove(directory: string): boolean {
  const name = traceName(directory);
  const cgroups = cgroupHierarchies().map(hierarchy => join(hierarchy, name));
  for (const cgroup of cgroups) removeCgroup(cgroup);
  return !cgroups.some(existsSync) && !existsSync(join('/sys/class/net', name));
}

/** Removes those of a cgroup and the cgroups below that have no process. */
function removeCgroup(directory: string): void {
  for (const child of subdirectories(directory)) removeCgroup(child);
  try {
    rmdirSync(directory);
  } catch {
    // in use until its last process is gone, or never there
  }
}

function subdirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(entry => join(directory, entry.name));
  } catch {
    return [];
  }
}
