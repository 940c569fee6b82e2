import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countOf, firstLines, tableLines } from '../../../../jobs/lib/run/table.ts';

test('aligns columns: numbers to the right, text to the left, nothing after the last', () => {
  const rows = [
    ['kind', 'found', 'note'],
    ['IpPool', 7, 'x'],
    ['SystemNetworkPolicy', 1234, ''],
  ];
  assert.deepEqual(tableLines(rows), [
    'kind                 found  note',
    'IpPool                   7  x',
    'SystemNetworkPolicy   1234',
  ]);
  assert.deepEqual(tableLines([]), []);
});

test('cuts a list and says how much is missing and where to find it', () => {
  assert.deepEqual(firstLines(['a', 'b'], 2, 'there'), ['a', 'b']);
  assert.deepEqual(firstLines(['a', 'b', 'c', 'd'], 2, 'see the report'), [
    'a',
    'b',
    'and 2 more: see the report',
  ]);
});

test('counts', () => {
  assert.deepEqual(
    [0, 1, 2].map(count => countOf(count, 'object')),
    ['0 objects', '1 object', '2 objects'],
  );
});
