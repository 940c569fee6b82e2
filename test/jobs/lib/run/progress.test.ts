import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../../jobs/lib/run/log.ts';
import { durationText, startProgress } from '../../../../jobs/lib/run/progress.ts';

/** The lines of work whose items are finished at these times, in milliseconds. */
function progressLines(total: number, finishedAt: readonly number[]): readonly string[] {
  const lines: string[] = [];
  const log = createLog(
    { format: 'json', level: 'info' },
    { write: line => lines.push(JSON.parse(line).msg) },
  );
  let time = 0;
  const progress = startProgress(log, 'ippools', total, () => time);
  for (time of finishedAt) progress.add();
  return lines;
}

test('short work is one line at its end', () => {
  assert.deepEqual(progressLines(3, [10, 20, 1_900]), ['ippools 3/3']);
  assert.deepEqual(progressLines(1, [60_000]), ['ippools 1/1']);
});

test('long work shows a line every two seconds, with the time left', () => {
  assert.deepEqual(progressLines(10, [500, 1_000, 2_000, 3_000, 3_999, 4_000, 5_000, 6_000, 7_000, 10_000]), [
    'ippools 3/10, about 4.7 s left',
    'ippools 6/10, about 2.7 s left',
    'ippools 8/10, about 1.5 s left',
    'ippools 10/10',
  ]);
});

test('says nothing of the time left where the whole takes less than 5 s', () => {
  assert.deepEqual(progressLines(5, [1_000, 1_500, 2_000, 2_200, 2_300]), ['ippools 3/5', 'ippools 5/5']);
});

test('counts several at a time', () => {
  const lines: string[] = [];
  const log = createLog(
    { format: 'json', level: 'info' },
    { write: line => lines.push(JSON.parse(line).msg) },
  );
  startProgress(log, 'nodes', 40, () => 0).add(40);
  assert.deepEqual(lines, ['nodes 40/40']);
});

test('writes durations as people say them', () => {
  const texts = [0, 440, 9_900, 10_000, 12_400, 119_000, 120_000, 200_000, 3_600_000].map(durationText);
  assert.deepEqual(texts, [
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '12 s',
    '119 s',
    '2 min 0 s',
    '3 min 20 s',
    '60 min 0 s',
  ]);
});
