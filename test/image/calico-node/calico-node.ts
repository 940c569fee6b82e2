import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrFail } from '../../cluster/command.ts';
import { ensurePackages } from '../../cluster/packages.ts';
import { imageOf } from '../buildah.ts';
import { addProgram, copy, locate, newRoot } from '../root.ts';

const scripts = ['entry.sh', 'ready.sh'];

/** What calico/node has under other names: Debian's birdc does what birdcl does, too. */
const links = { birdcl: 'birdc' };

/**
 * Stands in for calico/node of that version: BIRD 1.6, as it has, started and stopped as it does it. No Felix and no
 * confd: the environment says what BIRD's configuration is.
 */
export function calicoNodeImage(version: string): Promise<string> {
  return imageOf(`localhost/calico-upgrade-test/calico-node:${version}-${contentHash()}`, fill, [
    ...['--entrypoint', '["/entry.sh"]', '--cmd', ''],
    ...['--env', 'PATH=/usr/sbin:/bin', '--env', `CALICO_VERSION=${version}`],
  ]);
}

function contentHash(): string {
  const hash = createHash('sha256').update(JSON.stringify(links));
  for (const script of scripts) hash.update(readFileSync(join(import.meta.dirname, script)));
  return hash.digest('hex').slice(0, 12);
}

async function fill(): Promise<string> {
  await ensurePackages(['bird', 'busybox-static'], 'Building the calico-node image');
  const root = await newRoot('calico-node');
  for (const program of ['bird', 'birdc']) {
    await addProgram(root, await locate(program), `/usr/sbin/${program}`);
  }
  for (const [name, program] of Object.entries(links)) await symlink(program, join(root, 'usr/sbin', name));
  await addBusybox(root);
  for (const script of scripts) await copy(join(import.meta.dirname, script), join(root, script));
  return root;
}

/** A shell and the usual small programs, all of them links to one. */
async function addBusybox(root: string): Promise<void> {
  const busybox = await locate('busybox');
  await copy(busybox, join(root, 'bin/busybox'));
  const applets = (await runOrFail(busybox, ['--list'])).trim().split('\n');
  for (const applet of applets) {
    if (applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet));
  }
}
