import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ENDPOINT_KEY, MODEL_KEYS, POLICY_KEY } from '../etcd-cleaner/data.ts';
import { backupOf, START, useCleanerLane } from '../etcd-cleaner/store.ts';

const lane = useCleanerLane();
const READY = '/calico/v1/Ready';

/** Deletes v1 as the cleaner does. Returns the backup, and what there was. */
async function cleaned() {
  await lane.complete();
  const before = await lane.v1.dump();
  const backup = backupOf(await lane.succeed(lane.cleanV1));
  return { backup, before };
}

const restore = (backup: string, ...args: string[]) => lane.run(['restore', '--backup', backup, ...args]);

describe('restore of etcd v2 keys', () => {
  it('brings back every key, byte for byte, and every empty directory', async () => {
    const { backup, before } = await cleaned();
    const planned = await restore(backup, '--dry-run');
    assert.match(planned.sentence, /^dry run: \d+ keys of etcd v2 to create, 0 different/);
    assert.ok(!(ENDPOINT_KEY in (await lane.v1.dump())), 'a dry run writes nothing');
    const { exitCode, stdout, sentence } = await restore(backup);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^restored and verified from .*: \d+ keys created in etcd v2.*Ready is false/);
    assert.deepEqual(await lane.v1.dump(), before);
    const again = await restore(backup);
    assert.match(again.sentence, /: 0 keys created in etcd v2, \d+ there already/);
  });

  it('stops at a key that differs, keeps it, or overwrites it after saving it', async () => {
    const { backup, before } = await cleaned();
    await lane.v1.put(POLICY_KEY, 'other');
    const changed = await lane.v1.dump();
    const stopped = await restore(backup);
    assert.equal(stopped.exitCode, 3, stopped.stdout);
    assert.ok(stopped.stdout.includes(`${POLICY_KEY}: differs from the backup`));
    assert.deepEqual(await lane.v1.dump(), changed, 'nothing was written');
    const kept = await restore(backup, '--on-conflict', 'keep');
    assert.equal(kept.exitCode, 0, kept.stdout);
    assert.deepEqual(await lane.v1.dump(), { ...before, [POLICY_KEY]: 'other' });
    const overwritten = await restore(backup, '--on-conflict', 'overwrite');
    assert.equal(overwritten.exitCode, 0, overwritten.stdout);
    assert.deepEqual(await lane.v1.dump(), before);
    const saved = /saved and read back: (\S+)/.exec(overwritten.stdout)?.[1] ?? assert.fail();
    assert.equal((await restore(saved, '--on-conflict', 'overwrite')).exitCode, 0);
    assert.equal(await lane.v1.get(POLICY_KEY), 'other');
  });

  it('refuses where a key stands in place of a directory, and names it', async () => {
    const { backup } = await cleaned();
    await lane.v1.put('/calico/bgp', 'a value');
    await lane.v1.put(`${POLICY_KEY}/below`, 'a value');
    const before = await lane.v1.dump();
    const { exitCode, stdout } = await restore(backup);
    assert.equal(exitCode, 3, stdout);
    assert.ok(stdout.includes('/calico/bgp: has a value, and is a directory in the backup'));
    assert.ok(stdout.includes(`${POLICY_KEY}: is a directory, and has a value in the backup`));
    assert.deepEqual(await lane.v1.dump(), before);
  });

  it('refuses a backup that is damaged', async () => {
    const { backup } = await cleaned();
    const before = await lane.v1.dump();
    const part = (await readdir(backup)).find(name => name.endsWith('.base64')) ?? assert.fail();
    const text = await readFile(join(backup, part), 'utf8');
    await writeFile(join(backup, part), `${text.slice(0, -8)}AAAAAAA=`);
    const { exitCode, stdout } = await restore(backup);
    assert.equal(exitCode, 3, stdout);
    assert.ok(stdout.includes(`${part} is damaged`));
    assert.deepEqual(await lane.v1.dump(), before);
  });

  it('makes Ready where it is missing, and never changes it', async () => {
    await lane.seed();
    const before = await lane.v1.dump();
    const directory = join(lane.directory, 'before-start');
    await lane.succeed([...START, '--backup', directory]);
    const { exitCode, stdout } = await restore(directory);
    assert.equal(exitCode, 0, stdout);
    assert.equal(await lane.v1.get(READY), 'false', 'as the start left it');
    await lane.v1.remove('/calico');
    assert.equal((await restore(directory)).exitCode, 0);
    assert.equal(await lane.v1.get(READY), 'true', 'as it was saved');
    for (const key of Object.keys(MODEL_KEYS)) assert.equal((await lane.v1.dump())[key], before[key], key);
  });
});

describe('abort --after-complete', () => {
  it('waits until the data of Calico 2.6 is back', async () => {
    const { backup } = await cleaned();
    const abort = ['etcd-v2-to-v3', 'abort', '--after-complete'];
    const refused = await lane.run(abort);
    assert.equal(refused.exitCode, 3, refused.stdout);
    assert.ok(refused.sentence.includes(`restore --backup ${backup}`), refused.sentence);
    assert.equal(await lane.v1.get(READY), 'false');
    assert.equal((await restore(backup)).exitCode, 0);
    await lane.succeed(abort);
    assert.equal(await lane.v1.get(READY), 'true');
  });
});
