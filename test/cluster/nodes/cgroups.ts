import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Run } from '../run.ts';
import { cgroupHierarchies, traceName } from '../traces.ts';

/** Makes the cgroups of a node, since kubelet refuses a root that is not there; returns their path in a hierarchy. */
export function createCgroups(run: Run, node: string): string {
  const parent = traceName(run.directory);
  for (const hierarchy of cgroupHierarchies().filter(path => basename(path) !== 'unified')) {
    mkdirSync(join(hierarchy, parent, node), { recursive: true });
    if (basename(hierarchy).split(',').includes('cpuset')) passCpusOn(hierarchy, [parent, node]);
  }
  return `/${parent}/${node}`;
}

/** A new cpuset has no processor and no memory until it is given some. */
function passCpusOn(hierarchy: string, names: readonly string[]): void {
  let directory = hierarchy;
  for (const name of names) {
    const child = join(directory, name);
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      writeFileSync(join(child, file), readFileSync(join(directory, file)));
    }
    directory = child;
  }
}
