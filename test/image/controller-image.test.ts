import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DATA_JOBS, dataJob } from '../../controller/jobs/data-jobs.ts';
import { type BuiltImage, buildImage, CHECKOUT, ownLayerBytes } from './built-image.ts';
import { runInImage } from './run-image.ts';

const MAX_LAYER_BYTES = 10 * 1024 * 1024;

// Every bundled module is loaded, so that what a bundler breaks in any of them shows.
const LOAD_ALL = `
  const { readdirSync } = require('node:fs');
  const chunks = readdirSync('/calico-upgrade').filter(name => name.endsWith('.js') && name !== 'controller.js');
  Promise.all(chunks.map(name => import('/calico-upgrade/' + name))).then(loaded => console.log(loaded.length));
`;

describe('the controller image', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  let image: BuiltImage;

  before(async () => {
    image = await buildImage('controller');
  });
  after(() => image?.[Symbol.asyncDispose]());

  it('starts the controller without a shell, as a user that is not root', () => {
    const [program, ...args] = image.entrypoint;
    assert.deepEqual([program, args.at(-1)], ['node', '/calico-upgrade/controller.js']);
    assert.equal(image.user, '65532:65532');
    assert.equal(image.labels['org.opencontainers.image.title'], 'calico-upgrade-controller');
  });

  it('shows its help, on a read-only root file system', async () => {
    const { stdout, stderr, exitCode } = await runInImage(image, [...image.entrypoint, '--help']);
    assert.match(stdout, /^Usage: /);
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
  });

  it('has the manifests of its jobs, as they are in the checkout', async () => {
    for (const file of globSync('manifests/**/*.yaml', { cwd: CHECKOUT })) {
      const [inside, outside] = [join(image.root, 'calico-upgrade', file), join(CHECKOUT, file)];
      assert.equal(await readFile(inside, 'utf8'), await readFile(outside, 'utf8'), file);
    }
    for (const command of DATA_JOBS) {
      const { manifest } = dataJob(command, {
        targetVersion: '2.6.12',
        clusterEtcd: ['https://10.0.0.1:2379'],
      });
      assert.ok(await readFile(join(image.root, 'calico-upgrade/manifests', manifest)));
    }
  });

  it('can load every module that it holds', async () => {
    const { stdout, stderr } = await runInImage(image, ['node', '-e', LOAD_ALL]);
    assert.equal(stderr, '');
    assert.match(stdout, /^\d+\n$/);
  });

  it('adds a small layer to its base', async context => {
    const bytes = await ownLayerBytes(image);
    context.diagnostic(`own layer: ${(bytes / 1024).toFixed(0)} KiB compressed`);
    assert.ok(bytes <= MAX_LAYER_BYTES, `${bytes} bytes`);
  });
});
