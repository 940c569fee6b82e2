import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BuiltImage, buildImage, ownLayerBytes } from './built-image.ts';
import { runInImage } from './run-image.ts';

const MAX_LAYER_BYTES = 10 * 1024 * 1024;

// Every bundled module is loaded, so that what a bundler breaks in any of them shows.
const LOAD_ALL = `
  const { readdirSync } = require('node:fs');
  const chunks = readdirSync('/calico-upgrade').filter(name => name.endsWith('.js') && name !== 'main.js');
  Promise.all(chunks.map(name => import('/calico-upgrade/' + name))).then(loaded => console.log(loaded.length));
`;

const TRY_TO_WRITE = `
  const { writeFileSync } = require('node:fs');
  const answers = ['/x', '/calico-upgrade/x', '/calico-upgrade/main.js'].map(path => {
    try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; }
  });
  console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), answers }));
`;

describe('the job image', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  let image: BuiltImage;

  before(async () => {
    image = await buildImage('job');
  });
  after(() => image?.[Symbol.asyncDispose]());

  it('starts the program without a shell, as a user that is not root', () => {
    const [program, ...args] = image.entrypoint;
    assert.deepEqual([program, args.at(-1)], ['node', '/calico-upgrade/main.js']);
    assert.equal(image.user, '65532:65532');
  });

  it('says what it is', () => {
    assert.equal(image.labels['org.opencontainers.image.title'], 'calico-upgrade');
    assert.equal(image.labels['org.opencontainers.image.version'], '1.2.3');
    assert.equal(image.labels['org.opencontainers.image.licenses'], 'Apache-2.0');
  });

  it('shows its help, on a read-only root file system', async () => {
    const { stdout, stderr, exitCode } = await runInImage(image, [...image.entrypoint, '--help']);
    assert.match(stdout, /Usage: calico-upgrade/);
    assert.equal(stderr, '');
    assert.equal(exitCode, 0);
  });

  it('refuses an unknown job with exit code 2', async () => {
    const { exitCode } = await runInImage(image, [...image.entrypoint, 'no-such-job']);
    assert.equal(exitCode, 2);
  });

  it('can load every module that it holds', async () => {
    const { stdout, stderr } = await runInImage(image, ['node', '-e', LOAD_ALL]);
    assert.equal(stderr, '');
    assert.ok(Number(stdout) > 0, stdout);
  });

  it('has neither root nor a file that it could write', async () => {
    const { stdout } = await runInImage(image, ['node', '-e', TRY_TO_WRITE]);
    const expected = { uid: 65532, gid: 65532, groups: [65532], answers: ['EROFS', 'EROFS', 'EROFS'] };
    assert.deepEqual(JSON.parse(stdout), expected);
  });

  it('adds a small layer to its base', async context => {
    const bytes = await ownLayerBytes(image);
    context.diagnostic(`own layer: ${(bytes / 1024).toFixed(0)} KiB compressed`);
    assert.ok(bytes <= MAX_LAYER_BYTES, `${bytes} bytes`);
  });
});
