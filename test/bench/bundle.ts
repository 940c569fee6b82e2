import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runOrFail } from '../cluster/command.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

export interface Bundle extends AsyncDisposable {
  /** The entry point. */
  readonly main: string;
}

const SHARED = 'CALICO_UPGRADE_TEST_BUNDLE';

const SHARED_CONTROLLER = 'CALICO_UPGRADE_TEST_CONTROLLER';

/** The controller's entry point in the bundle that `npm test` has built for all of its files; undefined outside of it. */
export const sharedController = (): string | undefined => process.env[SHARED_CONTROLLER];

/** The entry point of a bundle that `npm test` has built for all of its files; undefined outside of it. */
export const sharedBundle = (): string | undefined => process.env[SHARED];

/** What makes processes use the bundles, and keep what Node compiles beside them. */
export const sharedBundleEnv = ({ main }: Bundle, controller: Bundle): Readonly<Record<string, string>> => ({
  [SHARED]: main,
  [SHARED_CONTROLLER]: controller.main,
  NODE_COMPILE_CACHE: join(dirname(main), '../compile-cache'),
});

/**
 * Runs `npm run bundle` beside the checkout, so that the checkout's own dist stays as it is. In `npm test` returns the one
 * that is shared.
 */
export function buildBundle(): Promise<Bundle> {
  return built('bundle', 'main.js', sharedBundle());
}

/** The same of the controller: `npm run bundle:controller`. */
export function buildController(): Promise<Bundle> {
  return built('bundle:controller', 'controller.js', sharedController());
}

async function built(script: string, entry: string, shared: string | undefined): Promise<Bundle> {
  if (shared !== undefined) return { main: shared, [Symbol.asyncDispose]: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-bundle-'));
  const dispose = () => rm(directory, { recursive: true });
  try {
    for (const name of ['package.json', 'jobs', 'controller', 'node_modules']) {
      await symlink(join(CHECKOUT, name), join(directory, name));
    }
    await runOrFail('npm', ['run', script], { cwd: directory });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { main: join(directory, 'dist', entry), [Symbol.asyncDispose]: dispose };
}
