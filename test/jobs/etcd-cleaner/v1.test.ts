import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ENDPOINT_KEY, FOREIGN_KEYS, MODEL_KEYS } from './data.ts';
import { useCleanerLane } from './store.ts';

const lane = useCleanerLane();
const READY = '/calico/v1/Ready';

describe('etcd-cleaner v1', () => {
  it('without --confirm says what it would delete, and changes nothing', async () => {
    await lane.complete();
    const before = [await lane.v1.dump(), await lane.v3.dump()];
    const { exitCode, stdout, sentence } = await lane.run(['etcd-cleaner', 'v1']);
    assert.equal(exitCode, 0, stdout);
    const keys = Object.keys(MODEL_KEYS).filter(key => !key.endsWith('/') && key !== READY).length;
    assert.match(
      sentence,
      new RegExp(`^${keys} keys of Calico 2.6 .* would be saved, then deleted .*--confirm$`),
    );
    for (const key of Object.keys(FOREIGN_KEYS)) assert.ok(stdout.includes(`${key}: not a key of`), key);
    assert.deepEqual([await lane.v1.dump(), await lane.v3.dump()], before);
  });

  it('saves and deletes what is Calico 2.6\u2019s, and nothing else', async () => {
    await lane.complete();
    const v3 = await lane.v3.dump();
    const { stdout, sentence } = await lane.succeed(lane.cleanV1);
    assert.match(sentence, /deleted from etcd v2; .*Ready stays false.*restore --backup/);
    assert.deepEqual(await lane.v1.dump(), { ...FOREIGN_KEYS, [READY]: 'false' }, stdout);
    const left = Object.entries(await lane.v3.dump()).filter(([key]) => key.startsWith('/calico/'));
    assert.deepEqual(
      left,
      Object.entries(v3).filter(([key]) => key.startsWith('/calico/')),
    );
  });

  it('has nothing to do the second time', async () => {
    await lane.complete();
    await lane.succeed(lane.cleanV1);
    const before = [await lane.v1.dump(), await lane.v3.dump()];
    const { sentence } = await lane.succeed(lane.cleanV1);
    assert.match(sentence, /^nothing to delete: .*What was deleted is in .*calico-upgrade-backup-/);
    assert.deepEqual([await lane.v1.dump(), await lane.v3.dump()], before);
  });

  it('deletes nothing without a backup', async () => {
    await lane.complete();
    const before = await lane.v1.dump();
    const { exitCode, sentence } = await lane.run([...lane.cleanV1, '--backup', 'none']);
    assert.equal(exitCode, 2, sentence);
    assert.match(sentence, /deletes nothing without a backup/);
    assert.deepEqual(await lane.v1.dump(), before);
    assert.ok(ENDPOINT_KEY in before);
  });
});
