import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { cgroupHierarchies, traceName } from '../traces.ts';

/** What this machine has of a run, found without the knowledge of who made it; for tests. */
export function remainsOf(directory: string, networkNamespaces: readonly string[]): string[] {
  const name = traceName(directory);
  const cgroups = cgroupHierarchies().map(hierarchy => join(hierarchy, name));
  return [
    ...[directory, ...cgroups].filter(existsSync),
    ...readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .filter(mount => mount.includes(directory)),
    ...Object.keys(networkInterfaces()).filter(link => link === name),
    ...processes().filter(path => belongsTo(path, directory, networkNamespaces)),
  ];
}

function processes(): string[] {
  return readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(pid => join('/proc', pid));
}

function belongsTo(path: string, directory: string, networkNamespaces: readonly string[]): boolean {
  try {
    if (networkNamespaces.includes(readlinkSync(join(path, 'ns/net')))) return true;
    return ['cmdline', 'cgroup'].some(file => {
      const text = readFileSync(join(path, file), 'utf8');
      return text.includes(directory) || text.includes(`/${traceName(directory)}/`);
    });
  } catch {
    return false; // it ended while we looked
  }
}
