import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRecord, RECORD_KEY } from '../../../jobs/lib/etcd/migration-record.ts';
import { READY_KEY } from '../../../jobs/lib/run/migration-facts.ts';
import { START, useCleanerLane } from './store.ts';

const lane = useCleanerLane();
const CLEAN = ['etcd-cleaner', 'v3', '--confirm'];
const OTHERS = { '/calico/felix/v1/host/n9/last_reported_status': '{}', '/registry/pods/a': 'x' };

const changeRecord = async (changes: Readonly<Record<string, unknown>>): Promise<void> => {
  const record = parseRecord((await lane.v3.dump())[RECORD_KEY] ?? '');
  await lane.v3.put(RECORD_KEY, JSON.stringify({ ...record, ...changes }));
};

/** A copy that did not come to its end, while Calico 2.6 works; keys of others beside it. */
async function partial(): Promise<void> {
  await lane.seed();
  await lane.succeed(START);
  await changeRecord({ phase: 'copying', pausedAt: undefined });
  await lane.v1.put(READY_KEY, 'true');
  for (const [key, value] of Object.entries(OTHERS)) await lane.v3.put(key, value);
}

describe('etcd-cleaner v3', () => {
  it('removes exactly what the migration wrote', async () => {
    await partial();
    const before = await lane.v1.dump();
    const dump = await lane.v3.dump();
    const look = await lane.run(['etcd-cleaner', 'v3']);
    assert.equal(look.exitCode, 0, look.stdout);
    assert.match(
      look.sentence,
      /^\d+ keys that the migration wrote and its record would be deleted .*--confirm$/,
    );
    assert.deepEqual(await lane.v3.dump(), dump);
    const { sentence } = await lane.succeed(CLEAN);
    assert.match(sentence, /^\d+ keys deleted from etcd v3; etcd v2 was not touched/);
    assert.deepEqual(await lane.v3.dump(), OTHERS);
    assert.deepEqual(await lane.v1.dump(), before);
    assert.match((await lane.succeed(CLEAN)).sentence, /^nothing to delete/);
  });

  it('leaves a key that others made anew, and names it', async () => {
    await partial();
    const [key = ''] = Object.keys(await lane.v3.dump()).filter(one => one.includes('/ippools/'));
    await lane.v3.remove(key);
    await lane.v3.put(key, 'theirs');
    const { stdout } = await lane.succeed(CLEAN);
    assert.ok(stdout.includes(`${key}: left as it is`), stdout);
    assert.deepEqual(await lane.v3.dump(), { ...OTHERS, [key]: 'theirs' });
  });

  for (const [what, prepare, says] of [
    ['finished', () => changeRecord({ phase: 'finished' }), /is finished since .*abort/],
    ['completed', () => changeRecord({ phase: 'completed' }), /abort --after-complete/],
    [
      'that paused Calico 2.6',
      async () => {
        await changeRecord({ phase: 'pausing', pausedAt: new Date().toISOString() });
        await lane.v1.put(READY_KEY, 'false');
      },
      /Calico 2\.6 is paused because of this migration.*etcd-v2-to-v3 abort/,
    ],
  ] as const) {
    it(`refuses a migration ${what}`, async () => {
      await partial();
      await prepare();
      const before = [await lane.v1.dump(), await lane.v3.dump()];
      const { exitCode, sentence } = await lane.run(CLEAN);
      assert.equal(exitCode, 3, sentence);
      assert.match(sentence, says);
      assert.deepEqual([await lane.v1.dump(), await lane.v3.dump()], before);
    });
  }

  it('refuses where Calico 3.0 works, even without our record', async () => {
    await lane.complete();
    await lane.v3.remove(RECORD_KEY);
    await lane.v1.put(READY_KEY, 'true');
    const before = await lane.v3.dump();
    const { exitCode, sentence } = await lane.run(CLEAN);
    assert.equal(exitCode, 3, sentence);
    assert.match(sentence, /^Calico 3\.0 works on the data/);
    assert.deepEqual(await lane.v3.dump(), before);
  });
});
