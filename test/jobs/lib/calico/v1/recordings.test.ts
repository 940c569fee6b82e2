import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differenceRows } from '../difference-rows.ts';
import { GOLDEN_DIFFERENCES } from './golden-differences.ts';
import { conversionStep, differencesFrom } from './recorded-outcome.ts';
import { readRecordings } from './recordings.ts';

const recordings = readRecordings();
const told = recordings.flatMap(recording => {
  const step = conversionStep(recording);
  return step ? [{ recording, step }] : [];
});

describe('the recorded conversions of the original calico-upgrade', () => {
  it('are all there, and these say nothing of a conversion', () => {
    assert.equal(recordings.length, 153);
    const others = recordings.filter(recording => conversionStep(recording) === undefined);
    assert.deepEqual(
      others.map(({ name }) => name),
      [
        '002-empty-datastore',
        '004-version-2-6-4',
        '010-version-3-0-0',
        '013-version-garbage',
        '015-version-empty',
        '018-version-leading-spaces',
        '023-v3-present-refused',
        '275-needed-empty',
        '276-needed-old-version',
        '278-needed-v3-no-version',
        '280-abort-without-start',
        '282-abort-empty-datastore',
        '289-complete-empty-datastore',
        '293-complete-v3-ci-present',
        '294-v3-present-garbage-dry-run',
      ],
    );
  });

  for (const { recording, step } of told) {
    const known = GOLDEN_DIFFERENCES[recording.name];
    it(`${recording.name}: ${known ? `differ by row ${known.rows.join(', ')}` : 'equal ours'}`, () => {
      assert.deepEqual(differencesFrom(recording, step), known?.differs ?? []);
    });
  }
});

describe('test/golden-differences.md', () => {
  it('lists the recordings that differ, as the tests assert it', () => {
    const expected = Object.entries(GOLDEN_DIFFERENCES).map(
      ([name, { rows, what }]) => `| ${name} | ${rows.join(', ')} | ${what} |`,
    );
    assert.deepEqual(differenceRows('etcd-v2-to-v3'), expected);
  });

  it('names only recordings that are compared', () => {
    const names = new Set(told.map(({ recording }) => recording.name));
    assert.deepEqual(
      Object.keys(GOLDEN_DIFFERENCES).filter(name => !names.has(name)),
      [],
    );
  });
});
