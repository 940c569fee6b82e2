import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { messageOf, wrongUsage } from '../../jobs/lib/run/failure.ts';

/** The documents of one of our manifests. Throws a usage Failure where the file cannot be read: the directory is wrong. */
export async function readManifest(directory: string, file: string): Promise<readonly unknown[]> {
  const path = join(directory, file);
  try {
    return loadAll(await readFile(path, 'utf8'));
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    throw wrongUsage(
      `cannot read the manifest ${path}: ${reason}. The manifests of this release belong into that directory`,
    );
  }
}
