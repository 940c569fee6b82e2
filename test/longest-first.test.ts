import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LONGEST, longestFirst, longestText } from './longest-first.ts';

test('the longest files start first, the others in the order of their names', () => {
  const [first = '', second = ''] = LONGEST;
  const files = ['test/b.test.ts', second, 'test/a.test.ts', first];
  assert.deepEqual(longestFirst(files), [first, second, 'test/a.test.ts', 'test/b.test.ts']);
});

test('each file of the list exists', () => {
  const missing = LONGEST.filter(file => !existsSync(join(import.meta.dirname, '..', file)));
  assert.deepEqual(missing, []);
});

test('the longest files are shown, the longest first', () => {
  const times = [
    { file: 'a', seconds: 1.2 },
    { file: 'b', seconds: 30.6 },
    { file: 'c', seconds: 2 },
  ];
  assert.equal(longestText(times, 2), 'The longest files:\n  b 31 s\n  c 2 s');
});
