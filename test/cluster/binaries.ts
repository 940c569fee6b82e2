import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrFail } from './command.ts';
import { buildKubernetes, kubernetesPrograms } from './kubernetes-build.ts';
import { withLock } from './lock.ts';
import { ensurePackages, findOnPath, isExecutable } from './packages.ts';
import { cacheDirectory } from './paths.ts';
import { startProgress } from './progress.ts';

const builtVersion = '1.20';
const controlPlane = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;
type KubernetesProgram = (typeof kubernetesPrograms)[number];
type Found = Partial<Record<KubernetesProgram, string>>;
type Kubernetes = Found & Record<(typeof controlPlane)[number], string>;

/** Paths of the programs of the cluster. A control plane alone does without the kubelet. */
export type Binaries = Readonly<Kubernetes & { etcd: string }>;

async function inAssets(program: string): Promise<string | undefined> {
  const directory = process.env.KUBEBUILDER_ASSETS;
  if (!directory) return undefined;
  const path = join(directory, program);
  return (await isExecutable(path)) ? path : undefined;
}

async function inCache(program: KubernetesProgram): Promise<string | undefined> {
  const names = await readdir(cacheDirectory()).catch(() => []);
  const builds = names
    .filter(name => name.startsWith('kubernetes-'))
    .sort()
    .reverse();
  for (const build of builds) {
    const path = join(cacheDirectory(), build, program);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** Many machines have a kubectl of some other version: the PATH counts only where it has an API server too. */
async function onPath(program: KubernetesProgram): Promise<string | undefined> {
  return (await findOnPath('kube-apiserver')) ? findOnPath(program) : undefined;
}

async function findKubernetes(): Promise<Found> {
  const found: Found = {};
  for (const program of kubernetesPrograms) {
    const path = (await inAssets(program)) ?? (await onPath(program)) ?? (await inCache(program));
    if (path) found[program] = path;
  }
  return found;
}

function isComplete(found: Found): found is Kubernetes {
  return controlPlane.every(program => found[program] !== undefined);
}

async function minorVersion(path: string): Promise<string> {
  const output = await runOrFail(path, ['--version']);
  return /v(\d+\.\d+)/.exec(output)?.[1] ?? output.trim();
}

/** What we did not build must be of the version that we build: other versions have other flags and APIs. */
async function checkVersions({ kubectl: _, ...servers }: Found): Promise<void> {
  const others = Object.values(servers).filter(path => !path.startsWith(cacheDirectory()));
  const versions = await Promise.all(others.map(minorVersion));
  if (versions.every(version => version === builtVersion)) return;
  const list = others.map((path, i) => `${path} is ${versions[i]}`).join(', ');
  throw new Error(
    `The test cluster needs Kubernetes ${builtVersion}: ${list}. Change or unset KUBEBUILDER_ASSETS.`,
  );
}

async function ensureKubernetes(): Promise<Kubernetes> {
  const found = await findKubernetes();
  const complete = isComplete(found) ? found : await underLock(completeByBuild);
  await checkVersions(complete);
  return complete;
}

async function completeByBuild(): Promise<Kubernetes> {
  const found = await findKubernetes();
  if (isComplete(found)) return found; // another process built it while we waited
  await checkVersions(found);
  const progress = startProgress();
  try {
    const directory = await buildKubernetes(progress);
    progress.phase(`Kubernetes is built: ${directory}`);
  } finally {
    progress.done();
  }
  const built = await findKubernetes();
  if (!isComplete(built)) throw new Error('The build of Kubernetes did not leave all programs.');
  return built;
}

function underLock<T>(action: () => Promise<T>): Promise<T> {
  const waiting = () =>
    process.stderr.write(
      'Another process installs or builds the programs of the test cluster; waiting for it\n',
    );
  return withLock(join(cacheDirectory(), 'prepare.lock'), waiting, action);
}

/** The path of a program of the machine itself, whose Debian package is installed where it is missing. */
async function ensureProgram(program: string, packageName: string): Promise<string> {
  const find = async () => (await inAssets(program)) ?? (await findOnPath(program));
  const path =
    (await find()) ??
    (await underLock(async () => {
      await ensurePackages([packageName], `The program ${program}`);
      return find();
    }));
  if (!path) throw new Error(`The package ${packageName} has no program ${program}.`);
  return path;
}

/** The path of etcd, installed where it is missing. */
export function ensureEtcd(): Promise<string> {
  return ensureProgram('etcd', 'etcd-server');
}

/** The path of openssl, installed where it is missing. */
export function ensureOpenssl(): Promise<string> {
  return ensureProgram('openssl', 'openssl');
}

/**
 * Finds all programs of the cluster: in $KUBEBUILDER_ASSETS, on the PATH, in the cache. What is in none of them is
 * installed (etcd, openssl) or built (Kubernetes), which is paid once a machine.
 */
export async function ensureBinaries(): Promise<Binaries> {
  const etcd = await ensureEtcd();
  await ensureOpenssl();
  return { etcd, ...(await ensureKubernetes()) };
}
