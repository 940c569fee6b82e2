import { accessSync, constants, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { ensureBinaries } from '../binaries.ts';
import { runCommand } from '../command.ts';
import { isDebian } from '../packages.ts';
import { runsDirectory } from '../paths.ts';
import { createRun } from '../run.ts';

/** What statfs calls the file systems that containerd's overlays can lie on. */
const goodFileSystems = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
]);

/** Each node has its own of these. */
const hiddenDirectories = ['/etc', '/opt', '/run', '/var'];

// Does in its own namespaces what nodes do first, with the programs that are there already; $1 is an empty directory.
const trial = `
  if command -v iptables > /dev/null; then
    iptables -t nat -L -n > /dev/null || exit 2
  fi
  if command -v ip > /dev/null; then
    ip link add name a type veth peer name b && ip link add bridge type bridge || exit 3
  fi
  mkdir "$1/upper" "$1/work" && mount -t overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" o /etc || exit 4
`;
const trialProblems = new Map([
  [2, 'iptables does not work'],
  [3, 'this kernel has no bridge or veth links'],
  [4, 'overlay file systems cannot be mounted'],
]);

/** Says in one sentence why this machine cannot run nodes; nothing where it can. Builds Kubernetes where it is missing. */
export async function whyNoNodes(): Promise<string | undefined> {
  const problem = problemOfMachine() ?? (await problemOfDirectory()) ?? (await problemOfPrograms());
  const found = problem ?? (await problemOfKernel());
  return found && `Nodes cannot run here: ${found}.`;
}

function problemOfMachine(): string | undefined {
  if (process.platform !== 'linux') return 'they need Linux';
  if (process.getuid?.() !== 0) return 'they need root';
  if (existsSync('/sys/fs/cgroup/cgroup.controllers'))
    return 'this machine has cgroup v2 only, and the kubelet of 1.20 is set up for v1';
  const missing = ['memory', 'cpuset', 'devices', 'pids'].find(name => !isWritable(`/sys/fs/cgroup/${name}`));
  return missing && `/sys/fs/cgroup/${missing} is not there or cannot be written to`;
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function problemOfDirectory(): Promise<string | undefined> {
  mkdirSync(runsDirectory(), { recursive: true, mode: 0o700 });
  const directory = realpathSync(runsDirectory());
  const hidden = hiddenParentOf(directory);
  const advice = 'set CALICO_UPGRADE_CACHE to a directory on ext4 or xfs';
  if (hidden) return `${directory} is below ${hidden}, which each node has its own of; ${advice} elsewhere`;
  if (goodFileSystems.has((await statfs(directory)).type)) return undefined;
  return `${directory} is neither on ext4 nor on xfs, which containerd needs; ${advice}`;
}

async function problemOfPrograms(): Promise<string | undefined> {
  if (!(await isDebian())) return 'their programs are Debian packages, and this is not Debian';
  const { kubelet } = await ensureBinaries();
  if (!kubelet) return 'there is no kubelet beside the API server; change or unset KUBEBUILDER_ASSETS';
  const hidden = hiddenParentOf(realpathSync(kubelet));
  return hidden && `${kubelet} is below ${hidden}, which each node has its own of`;
}

function hiddenParentOf(path: string): string | undefined {
  return hiddenDirectories.find(parent => path.startsWith(`${parent}/`));
}

async function problemOfKernel(): Promise<string | undefined> {
  const { directory, end } = await createRun('trial');
  try {
    const namespaces = ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--mount-proc'];
    const { exitCode, stderr } = await runCommand('unshare', [
      ...namespaces,
      ...['sh', '-c', trial, 'sh', directory],
    ]);
    if (exitCode === 0) return undefined;
    return `${trialProblems.get(exitCode) ?? 'namespaces cannot be made'} (${stderr.trim()})`;
  } finally {
    await end();
  }
}
