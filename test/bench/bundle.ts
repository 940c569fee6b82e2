import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOrFail } from '../cluster/command.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

export interface Bundle extends AsyncDisposable {
  /** The entry point. */
  readonly main: string;
}

/** Runs `npm run bundle` beside the checkout, so that the checkout's own dist stays as it is. */
export async function buildBundle(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-bundle-'));
  const dispose = () => rm(directory, { recursive: true });
  try {
    for (const name of ['package.json', 'jobs', 'node_modules']) {
      await symlink(join(CHECKOUT, name), join(directory, name));
    }
    await runOrFail('npm', ['run', 'bundle'], { cwd: directory });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { main: join(directory, 'dist/main.js'), [Symbol.asyncDispose]: dispose };
}
