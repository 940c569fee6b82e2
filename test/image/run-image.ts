import { type CommandResult, runCommand } from '../cluster/command.ts';
import type { BuiltImage } from './built-image.ts';

// The root of the image is mounted read-only; $1 is the root, $2 the user, the rest the command.
const CONTAINER = `
  root=$1 user=$2; shift 2
  mount --bind "$root" "$root" && mount -o remount,bind,ro "$root" || exit 125
  exec chroot --userspec="$user" --groups= "$root" "$@"
`;

/** Runs a command of the image as its configuration says, on a read-only root file system without /proc and /dev. */
export function runInImage(image: BuiltImage, command: readonly string[]): Promise<CommandResult> {
  const shell = ['/bin/sh', '-c', CONTAINER, 'sh', image.root, image.user, ...command];
  const env = Object.fromEntries(image.env.map(variable => splitOnce(variable)));
  return runCommand('/usr/bin/unshare', ['--mount', ...shell], {
    // The shell and chroot are the machine's; the image's PATH must lead to node.
    env: { ...env, PATH: `${env.PATH ?? ''}:/usr/sbin:/sbin` },
  });
}

function splitOnce(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return [variable.slice(0, at), variable.slice(at + 1)];
}
