import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runOrFail } from '../cluster/command.ts';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { findOnPath } from '../cluster/packages.ts';
import { imageCache } from '../image/buildah.ts';
import { CHECKOUT } from '../image/built-image.ts';

/** What an operator needs of a checkout. */
const FILES = [
  'Dockerfile.job',
  'LICENSE',
  'jobs',
  'manifests',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/** Somebody at a shell in a checkout of his own, with kubectl for the cluster and buildah for its registry. */
export interface Operator {
  readonly directory: string;
  /** Runs a command line, which must succeed; returns its output. */
  run(line: string): Promise<string>;
  /** Runs a command line that shows changes, up to the line that was waited for; returns all that it showed. */
  watch(line: string, awaited: RegExp): Promise<string>;
  /** Makes the manifests what they are in the checkout. */
  takeManifests(): Promise<void>;
}

export async function operatorOf(cluster: NodeCluster): Promise<Operator> {
  const directory = join(cluster.directory, 'operator');
  const programs = join(cluster.directory, 'operator-bin');
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'registries.conf'), registriesConfig(cluster.registry));
  await writeFile(join(programs, 'buildah'), await buildahScript(programs), { mode: 0o755 });
  const env = {
    ...process.env,
    HOME: cluster.directory,
    KUBECONFIG: cluster.kubeconfig,
    PATH: `${programs}:${dirname(cluster.kubectlPath)}:${process.env.PATH ?? ''}`,
    STORAGE_DRIVER: 'overlay',
    BUILDAH_ISOLATION: 'chroot',
  };
  const take = (name: string) =>
    cp(join(CHECKOUT, name), join(directory, name), { recursive: true, force: true });
  await Promise.all(FILES.map(take));
  return {
    directory,
    run: line => runOrFail('bash', ['-euo', 'pipefail', '-c', line], { env, cwd: directory }),
    watch: (line, awaited) => watch(line, awaited, { env, cwd: directory }),
    takeManifests: () => take('manifests'),
  };
}

/** Lets buildah use plain HTTP. */
const registriesConfig = (registry: string) => `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`;

/** The machine's buildah, on the store of our tests. */
async function buildahScript(programs: string): Promise<string> {
  const store = ['--root', join(imageCache(), 'store'), '--runroot', join(imageCache(), 'run')];
  const words = [...store, '--registries-conf', join(programs, 'registries.conf')];
  return `#!/bin/sh\nexec '${await findOnPath('buildah')}' ${words.map(word => `'${word}'`).join(' ')} "$@"\n`;
}

const WATCH_MS = 90_000;

async function watch(line: string, awaited: RegExp, options: { readonly cwd: string; readonly env: object }) {
  const child = spawn('bash', ['-c', `exec ${line}`], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill(), WATCH_MS);
  const lines: string[] = [];
  try {
    for await (const shown of createInterface({ input: child.stdout })) {
      lines.push(shown);
      if (awaited.test(shown)) return lines.join('\n');
    }
    throw new Error(`${line} did not show ${awaited}:\n${lines.join('\n')}`);
  } finally {
    clearTimeout(timer);
    child.kill('SIGINT');
    await ended;
  }
}
