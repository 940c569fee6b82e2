import { copyFileSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { cp, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runOrFail } from './command.ts';
import { downloadKubernetesSource } from './kubernetes-source.ts';
import { ensurePackages } from './packages.ts';
import { cacheDirectory } from './paths.ts';
import { lastLines } from './process.ts';
import type { Progress } from './progress.ts';
import { createRun, type Run } from './run.ts';

export const kubernetesPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kubelet',
] as const;
const reflect2 = 'github.com/modern-go/reflect2';
const neededBytes = 4e9;
const packages = [
  'ca-certificates',
  'dpkg-dev',
  'gcc',
  'golang-1.19-go',
  'golang-github-modern-go-reflect2-dev',
  'jq',
  'libc6-dev',
  'make',
  'rsync',
];

/** Builds Kubernetes 1.20 from Debian's source package; returns the directory in the cache with the programs. */
export async function buildKubernetes(progress: Progress): Promise<string> {
  progress.phase('looking for the packages that building Kubernetes needs');
  await ensurePackages(packages, 'Building Kubernetes');
  const run = await createRun('build');
  try {
    await checkSpace(run.directory);
    progress.phase("downloading Debian's source package of Kubernetes");
    const { version, archive } = await downloadKubernetesSource(run.directory);
    if (!version.includes('1.20.')) {
      throw new Error(
        `The source package of this Debian is Kubernetes ${version}; 1.20 (Debian 12) is needed.`,
      );
    }
    progress.phase('unpacking it');
    const source = await unpack(run.directory, archive);
    await replaceReflect2(source);
    progress.phase(`building Kubernetes ${version}: takes about 5 minutes on 2 cores, once`);
    await make(run, source);
    return keep(source, run.directory, version);
  } finally {
    await run.end();
  }
}

async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= neededBytes) return;
  throw new Error(`Building Kubernetes needs 4 GB of disk for some minutes, and ${directory} has less.`);
}

async function unpack(directory: string, archive: string): Promise<string> {
  const source = join(directory, 'source');
  mkdirSync(source);
  await runOrFail('tar', ['xf', archive, '-C', source, '--strip-components=1']);
  mkdirSync(join(source, '.go/src/k8s.io'), { recursive: true });
  symlinkSync('../../..', join(source, '.go/src/k8s.io/kubernetes'));
  return source;
}

/** The vendored version calls a function of Go's runtime whose signature changed in Go 1.18: it corrupts memory. */
async function replaceReflect2(source: string): Promise<void> {
  const vendored = join(source, 'vendor', reflect2);
  await rm(vendored, { recursive: true });
  await cp(join('/usr/share/gocode/src', reflect2), vendored, { recursive: true, dereference: true });
}

async function make(run: Run, source: string): Promise<void> {
  const home = join(run.directory, 'home');
  mkdirSync(home);
  const build = run.start({
    name: 'make',
    command: 'make',
    args: [`WHAT=${kubernetesPrograms.map(name => `cmd/${name}`).join(' ')}`, 'GOFLAGS=-mod=vendor'],
    cwd: source,
    env: {
      LANG: 'C.UTF-8',
      HOME: home,
      PATH: '/usr/lib/go-1.19/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      GOPATH: join(source, '.go'),
      GO111MODULE: 'off',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    },
  });
  const end = await build.exited;
  if (end === 'exited with code 0') return;
  const log = join(cacheDirectory(), 'kubernetes-build.log');
  copyFileSync(build.log, log);
  throw new Error(
    `Building Kubernetes failed: make ${end}. All of its output is in ${log}; its end:\n${lastLines(log)}`,
  );
}

/** Collects the programs beside the source tree first: the rename makes all of them appear at once. */
function keep(source: string, directory: string, version: string): string {
  const platforms = join(source, '_output/local/bin/linux');
  const [platform] = readdirSync(platforms);
  if (!platform) throw new Error(`The build left nothing in ${platforms}.`);
  const collected = join(directory, 'programs');
  mkdirSync(collected);
  for (const name of kubernetesPrograms) renameSync(join(platforms, platform, name), join(collected, name));
  const kept = join(cacheDirectory(), `kubernetes-${version.replaceAll(':', '_')}`);
  mkdirSync(dirname(kept), { recursive: true });
  renameSync(collected, kept);
  return kept;
}
