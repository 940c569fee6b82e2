import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.ts';

// A new Debian package starts its daemon unless /usr/sbin/policy-rc.d says no. The machine's own answer stays.
const installScript = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install --quiet=2 --option=Dpkg::Use-Pty=0 --yes --no-install-recommends "$@"; }
install "$@" || { apt-get update --quiet=2 && install "$@"; }
`;

/** The path of a program on the PATH. */
export async function findOnPath(program: string): Promise<string | undefined> {
  // Debian keeps daemons in sbin, which is not on the PATH of every user.
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const directory of directories.filter(Boolean)) {
    if (await isExecutable(join(directory, program))) return join(directory, program);
  }
  return undefined;
}

/** Whether a file is there and may be executed. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function isInstalled(name: string): Promise<boolean> {
  const { stdout } = await runCommand('dpkg-query', ['--status', name]);
  return stdout.includes('\nStatus: install ok installed\n');
}

/** Whether Debian's packages can be installed. */
export async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID=debian$/m.test(release) && (await findOnPath('apt-get')) !== undefined;
}

/** How to become root: nothing to do, through sudo, or not at all. */
async function rootPrefix(): Promise<string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if (!(await findOnPath('sudo'))) return undefined;
  return process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
}

/** Runs a shell script as root, with its output on our stderr. */
async function runAsRoot(script: string, args: readonly string[], purpose: string): Promise<void> {
  const prefix = await rootPrefix();
  if (!prefix) throw new Error(`${purpose} needs root: run this as root once, or install sudo.`);
  const [command = 'sh', ...rest] = [...prefix, 'sh', '-c', script, 'sh', ...args];
  const child = spawn(command, rest, { stdio: ['inherit', process.stderr, process.stderr] });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${purpose} failed (exit code ${code}); the reason is above.`);
}

/** Installs those of the Debian packages that are missing, and says so before. Starts no daemon. */
export async function ensurePackages(names: readonly string[], reason: string): Promise<void> {
  if (!(await isDebian())) {
    throw new Error(
      `${reason} needs Debian's packages ${names.join(', ')}, and this is not Debian. ` +
        'Put etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl (1.20) ' +
        'into one directory and name it in KUBEBUILDER_ASSETS.',
    );
  }
  const installed = await Promise.all(names.map(isInstalled));
  const missing = names.filter((_, i) => !installed[i]);
  if (missing.length === 0) return;
  process.stderr.write(
    `${reason} needs Debian packages that are not here; installing ${missing.join(', ')}\n`,
  );
  await runAsRoot(installScript, missing, `Installing ${missing.join(', ')}`);
}

/** Refreshes the machine's package lists. */
export async function updatePackageLists(): Promise<void> {
  await runAsRoot('apt-get update --quiet=2', [], 'apt-get update');
}
