import { join } from 'node:path';
import { runOrFail } from '../../cluster/command.ts';
import { ensurePackages } from '../../cluster/packages.ts';
import { imageOf } from '../buildah.ts';
import { newRoot } from '../root.ts';

/** The image of the container that each pod has beside its own. */
export function pauseImage(): Promise<string> {
  return imageOf('localhost/calico-upgrade-test/pause:1', fill, ['--entrypoint', '["/pause"]']);
}

async function fill(): Promise<string> {
  await ensurePackages(['gcc', 'libc6-dev'], 'Building the pause image');
  const root = await newRoot('pause');
  const source = join(import.meta.dirname, 'pause.c');
  await runOrFail('gcc', ['-static', '-Os', '-o', join(root, 'pause'), source]);
  return root;
}
