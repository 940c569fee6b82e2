import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differenceRows } from './difference-rows.ts';
import { GOLDEN_DIFFERENCES } from './golden-differences.ts';
import { outcomeOf } from './recorded-outcome.ts';
import { readRecordings } from './recordings.ts';

const recordings = readRecordings();

describe('the recorded results of the official job', () => {
  it('are all there', () => {
    assert.equal(recordings.length, 59);
  });

  for (const recording of recordings) {
    const known = GOLDEN_DIFFERENCES[recording.name];
    const { refused, differs } = known ?? { refused: [], differs: [] };
    it(`${recording.name}: ${known ? `differ by row ${known.rows.join(', ')}` : 'equal ours'}`, () => {
      assert.deepEqual(outcomeOf(recording), { refused, differs });
    });
  }
});

describe('test/golden-differences.md', () => {
  it('lists the recordings that differ, as the tests assert it', () => {
    const expected = Object.entries(GOLDEN_DIFFERENCES).map(
      ([name, { rows, what }]) => `| ${name} | ${rows.join(', ')} | ${what} |`,
    );
    assert.deepEqual(differenceRows('tpr-to-crd'), expected);
  });

  it('names only recordings that exist', () => {
    const names = new Set(recordings.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(GOLDEN_DIFFERENCES).filter(name => !names.has(name)),
      [],
    );
  });
});
