import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterEach, it } from 'node:test';
import { whyNoNodes } from './why-no-nodes.ts';

const cache = process.env.CALICO_UPGRADE_CACHE;
const made: string[] = [];

afterEach(() => {
  if (cache === undefined) delete process.env.CALICO_UPGRADE_CACHE;
  else process.env.CALICO_UPGRADE_CACHE = cache;
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

async function whyNotIn(parent: string): Promise<string> {
  const directory = mkdtempSync(`${parent}/calico-upgrade-`);
  made.push(directory);
  process.env.CALICO_UPGRADE_CACHE = directory;
  return (await whyNoNodes()) ?? '';
}

/** What is said first where nothing else is looked at. */
const machine = /they need root|cgroup/;

it('says nothing, or one sentence that names the reason', async () => {
  assert.match((await whyNoNodes()) ?? 'Nodes cannot run here: .', /^Nodes cannot run here: .*\.$/);
});

it('refuses a directory that each node hides', async () => {
  const sentence = await whyNotIn('/var/tmp');
  if (!machine.test(sentence))
    assert.match(sentence, /\/run is below \/var, which each node has its own of; set CALICO_UPGRADE_CACHE /);
});

it('refuses a file system in memory', async () => {
  const sentence = await whyNotIn('/dev/shm');
  if (!machine.test(sentence)) assert.match(sentence, /\/run is neither on ext4 nor on xfs/);
});
