import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backupName, damages, indexEntries } from '../../../../jobs/lib/run/backup.ts';
import { backupStore } from '../../../../jobs/lib/run/backup-choice.ts';
import { splitBackup } from '../../../../jobs/lib/run/backup-configmap.ts';
import { indexText, parseIndex } from '../../../../jobs/lib/run/backup-index.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';

const FILES = new Map([
  ['ippool.yaml', '[]\n'],
  ['globalconfigs.json', '{"é": 1}'],
]);

test('a backup is named after its contents, in whatever order they come', () => {
  const name = backupName(FILES);
  assert.match(name, /^calico-upgrade-backup-[0-9a-f]{10}$/);
  assert.equal(backupName(new Map([...FILES].reverse())), name);
  assert.notEqual(backupName(new Map([...FILES, ['x', '']])), name);
  assert.notEqual(backupName(new Map([...FILES, ['ippool.yaml', '[]']])), name);
});

test('the index counts bytes, not characters', () => {
  assert.deepEqual(
    indexEntries(FILES).map(({ file, bytes }) => ({ file, bytes })),
    [
      { file: 'globalconfigs.json', bytes: 9 },
      { file: 'ippool.yaml', bytes: 3 },
    ],
  );
});

test('names every file that is missing or damaged, and none of a whole backup', () => {
  const index = indexEntries(FILES);
  assert.deepEqual(damages(FILES, index), []);
  assert.deepEqual(damages(new Map([...FILES, ['more', 'x']]), index), []);
  assert.deepEqual(damages(new Map([['ippool.yaml', '{}\n']]), index), [
    'globalconfigs.json is missing',
    'ippool.yaml is damaged: found 3 bytes, expected 3 with another checksum',
  ]);
});

test('the index is read as it was written; anything else is refused by name', () => {
  const index = indexEntries(FILES).map(entry => ({ ...entry, parts: ['a-1', 'a-2'] }));
  assert.deepEqual(parseIndex(indexText(index), 'default/a'), index);
  assert.deepEqual(parseIndex(indexText(indexEntries(FILES)), 'dir'), indexEntries(FILES));
  const wrong = [
    '',
    '{}',
    '[]',
    '{"format":"calico-upgrade-backup/2","files":[]}',
    indexText(index).slice(1),
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseIndex(text, 'default/a'),
      (error: unknown) =>
        error instanceof Failure && error.outcome === 'refused' && /^default\/a: /.test(error.message),
    );
  }
});

/** The texts that the parts make up together, by file. */
function joined({ parts, index }: ReturnType<typeof splitBackup>): ReadonlyMap<string, string> {
  return new Map(
    index.map(({ file, parts: own = [] }) => [
      file,
      own.map(part => parts.get(part)?.[file] ?? '?').join(''),
    ]),
  );
}

test('a small backup is one part', () => {
  const split = splitBackup('b', FILES);
  assert.deepEqual([...split.parts.keys()], ['b-1']);
  assert.deepEqual(split.parts.get('b-1'), Object.fromEntries(FILES));
  assert.deepEqual(splitBackup('b', new Map()).index, []);
});

test('files go on in the next part, cut between characters; no part is too large', () => {
  const texts = ['', 'a', 'é'.repeat(7), '→'.repeat(9), '𝄞'.repeat(5), 'x'.repeat(40), 'aé→𝄞'.repeat(6)];
  const files = new Map(texts.map((text, n) => [`file-${n}`, text]));
  for (let partBytes = 4; partBytes <= 64; partBytes += 1) {
    const split = splitBackup('b', files, partBytes);
    assert.deepEqual(joined(split), files, `${partBytes} bytes`);
    const sizes = [...split.parts.values()].map(data =>
      Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    );
    // A character that does not fit into the rest of a part is put there all the same.
    assert.ok(Math.max(...sizes) <= partBytes + 3, `${partBytes} bytes: ${sizes.join(', ')}`);
    assert.deepEqual(
      [...split.parts.keys()],
      sizes.map((_, n) => `b-${n + 1}`),
    );
    assert.ok(![...joined(split).values()].join('').includes('\uFFFD'));
  }
});

test('a large backup fits into ConfigMaps', () => {
  const files = new Map([['globalconfigs.json', '"ü"\n'.repeat(500_000)]]);
  const split = splitBackup('b', files);
  assert.deepEqual(joined(split), files);
  for (const data of split.parts.values()) assert.ok(Buffer.byteLength(JSON.stringify(data)) < 1024 * 1024);
});

test('--backup names ConfigMaps or a directory; a word alone is a mistake', () => {
  const client = () => assert.fail('nothing is connected');
  for (const directory of ['/backups', './backups', 'a/b', './calico-upgrade-backup-0123456789'])
    backupStore(directory, client, 'default');
  for (const wrong of ['backups', 'config-map', 'calico-upgrade-backup-XYZ']) {
    assert.throws(
      () => backupStore(wrong, client, 'default'),
      (error: unknown) =>
        error instanceof Failure && error.outcome === 'usage' && error.message.includes(`./${wrong}`),
    );
  }
});
