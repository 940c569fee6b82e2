import { mkdir, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { imageOf } from './buildah.ts';
import { addProgram, copy, locate, newRoot } from './root.ts';

const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** The smallest image with this Node.js: its program, and the libraries of this machine that it needs. */
export function nodeImage(): Promise<string> {
  return imageOf(`localhost/calico-upgrade-test/node:${process.version}`, async () => {
    const root = await newRoot('node');
    await addProgram(root, process.execPath, '/usr/bin/node');
    return root;
  });
}

/** An image to build with: Node.js, npm, a shell, and the certificates that this machine trusts. */
export async function npmImage(): Promise<string> {
  const npm = await npmDirectory();
  const fill = async () => {
    const root = await newRoot('npm');
    await addProgram(root, process.execPath, '/usr/bin/node');
    for (const program of ['sh', 'env', 'rm', 'cp']) {
      await addProgram(root, await locate(program), `/bin/${program}`);
    }
    await mkdir(join(root, 'usr/bin'), { recursive: true });
    await copy('/bin/env', join(root, 'usr/bin/env'));
    await copy(npm, join(root, 'usr/lib/node_modules/npm'));
    await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'));
    await copy(CA_BUNDLE, join(root, CA_BUNDLE));
    return root;
  };
  const config = [
    '--env',
    `NODE_EXTRA_CA_CERTS=${CA_BUNDLE}`,
    '--env',
    'PATH=/usr/bin:/bin',
    '--env',
    'HOME=/home',
  ];
  return imageOf(`localhost/calico-upgrade-test/npm:${process.version}`, fill, config);
}

/** The directory of the npm on the PATH. */
async function npmDirectory(): Promise<string> {
  const cli = await locate('npm');
  if (basename(cli) !== 'npm-cli.js') throw new Error(`${cli} is not npm's npm-cli.js`);
  return dirname(dirname(cli));
}
