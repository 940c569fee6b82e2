import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { goYaml } from '../../../../jobs/lib/calico/go-yaml.ts';

// The expected texts are what the Go packages print, with the 2017 rules for types and numbers; only DEL, NEL, BOM
// and half characters, which Go spoils or refuses, are our own.

const words = (count: number) => Array(count).fill('word').join(' ');
const x = (count: number) => 'x'.repeat(count);
const lines = (...parts: readonly string[]) => parts.map(part => `${part}\n`).join('');

type Case = readonly [what: string, value: unknown, text: string];

function assertCases(cases: readonly Case[]): void {
  for (const [what, value, text] of cases) it(what, () => assert.equal(goYaml(value), text));
}

describe('a string that needs no quotes', () => {
  for (const text of [
    'tcp:22',
    `say "it's"`,
    'a\\b',
    '-x',
    'a#b',
    'größe ☃ 日本',
    '2017-08-01T09:00:00Z',
    '1.2.3.4',
    'fd00::1',
    '<nil>',
    '<<',
    '=',
    '1e400',
    'yEs',
    'nuLL',
    '0b12',
    '10:60',
    '+0xFFFFFFFFFFFFFFFF',
  ]) {
    it(text, () => assert.equal(goYaml({ v: text }), `v: ${text}\n`));
  }
});

describe('a string that would be read as another type is in double quotes', () => {
  for (const text of [
    ...[
      'y',
      'No',
      'TRUE',
      'on',
      '',
      '~',
      'null',
      '12',
      '-7',
      '0x1F',
      '017',
      '0b11',
      '-0b11',
      '0o17',
      '1_000',
    ],
    ...['1.5', '1e3', '.5', '.inf', '-.Inf', '.nan', '+Infinity', '0x1p-2', '10:30', '1:2:3:4:5:6:7:8'],
  ]) {
    it(JSON.stringify(text), () => assert.equal(goYaml({ v: text }), `v: "${text}"\n`));
  }
});

describe('a string that would be read as syntax is in single quotes', () => {
  for (const text of [
    ...[
      '# a',
      '- a',
      '-',
      '? a',
      ': a',
      '{a}',
      '[a]',
      '*a',
      '&a',
      '!a',
      '|',
      '>',
      '%a',
      '@a',
      '`a',
      '"a"',
      ',a',
    ],
    ...['---', '...a', 'a: b', 'a:', 'a #b', ' a', 'a '],
  ]) {
    it(text, () => assert.equal(goYaml({ v: text }), `v: '${text}'\n`));
  }
  assertCases([
    ['with single quotes doubled', { v: "'a'b" }, "v: '''a''b'\n"],
    ['with a line separator of Unicode, after which it is indented', { v: 'a\u2028b' }, "v: 'a\u2028  b'\n"],
  ]);
});

describe('a string with characters that cannot be printed is in double quotes', () => {
  assertCases([
    ['short escapes', { v: '\0\x07\b\t\v\f\r\x1b"\\' }, 'v: "\\0\\a\\b\\t\\v\\f\\r\\e\\"\\\\"\n'],
    ['other control characters', { v: '\x01\x7f\x85\ufeff' }, 'v: "\\x01\\x7F\\N\\uFEFF"\n'],
    ['beyond the basic plane', { v: '😀\u2028' }, 'v: "\\U0001F600\\L"\n'],
    ['a space before a line break', { v: 'a \nb' }, 'v: "a \\nb"\n'],
    ['half a character', { v: '\ud800\t' }, 'v: "\ufffd\\t"\n'],
  ]);
});

describe('a string with line breaks is a literal', () => {
  assertCases([
    ['with one break at the end', { v: 'a\nb\n' }, 'v: |\n  a\n  b\n'],
    ['with none at the end', { v: 'a\nb' }, 'v: |-\n  a\n  b\n'],
    ['with two at the end', { v: 'a\n\n' }, 'v: |+\n  a\n\n'],
    ['that is only a break', { v: '\n' }, 'v: |2+\n\n'],
    ['that starts with a break', { v: '\na' }, 'v: |2-\n\n  a\n'],
    ['that starts with a space', { v: ' a\nb' }, 'v: |2-\n   a\n  b\n'],
    ['in a list', { v: ['a\n  b\n\nc'] }, 'v:\n- |-\n  a\n    b\n\n  c\n'],
    ['at the root', 'a\nb\n', '|\n  a\n  b\n'],
  ]);
});

describe('a string is folded at the first single space after column 80', () => {
  assertCases([
    ['without quotes', { v: words(20) }, lines(`v: ${words(16)}`, `  ${words(4)}`)],
    ['never at two spaces', { v: `${x(80)}  a b` }, lines(`v: ${x(80)}  a`, '  b')],
    ['in single quotes', { v: `# ${words(20)}` }, lines(`v: '# ${words(16)}`, `  ${words(4)}'`)],
    ['in double quotes', { v: `\t${words(20)}` }, lines(`v: "\\t${words(16)}`, `  ${words(4)}"`)],
    ['in double quotes at two spaces', { v: `\t${x(80)}  a b ` }, lines(`v: "\\t${x(80)}`, '  \\ a b "')],
    ['not without a space', { v: x(100) }, lines(`v: ${x(100)}`)],
    ['not in a short key', { [`${words(20)} #`]: 1 }, lines(`'${words(20)} #': 1`)],
  ]);
});

describe('the keys of a mapping', () => {
  it('are sorted: symbols, digits by value, letters', () => {
    const keys = [
      '',
      '_',
      '\uffee',
      '1',
      'B',
      'a',
      'a-b',
      'a9',
      'a09',
      'a10',
      'a100',
      'a101',
      'ab',
      'b',
      'é',
      '日',
    ];
    const shuffled = Object.fromEntries(keys.toReversed().map(key => [key, null]));
    const quoted = new Map([
      ['', '""'],
      ['1', '"1"'],
    ]);
    assert.equal(goYaml(shuffled), lines(...keys.map(key => `${quoted.get(key) ?? key}: null`)));
  });

  it('are sorted by code point, not by UTF-16', () => {
    assert.equal(goYaml({ '😀': 1, '\uffee': 2 }), '\uffee: 2\n"\\U0001F600": 1\n');
  });

  assertCases([
    ['quoted like values', { n: 1, 12: 2, null: 3 }, '"12": 2\n"n": 1\n"null": 3\n'],
    ['up to 128 bytes on one line', { [x(128)]: 1 }, `${x(128)}: 1\n`],
    [
      'longer ones apart',
      { [x(129)]: 1, [`${'é'.repeat(65)}`]: 2 },
      `? ${x(129)}\n: 1\n? ${'é'.repeat(65)}\n: 2\n`,
    ],
    [
      'those with lines apart',
      { 'a\nb': { c: 1 }, 'c\nd': [1, 2] },
      '? |-\n  a\n  b\n: c: 1\n? |-\n  c\n  d\n: - 1\n  - 2\n',
    ],
    ['left out without a value', { a: undefined, b: 1 }, 'b: 1\n'],
  ]);
});

describe('collections', () => {
  assertCases([
    ['empty ones', { a: {}, b: [] }, 'a: {}\nb: []\n'],
    ['an empty list', [], '[]\n'],
    ['an empty mapping', {}, '{}\n'],
    [
      'nested ones',
      [1, [2, [3], []], { a: [{ b: 1, c: [4] }] }],
      lines('- 1', '- - 2', '  - - 3', '  - []', '- a:', '  - b: 1', '    c:', '    - 4'),
    ],
  ]);
});

describe('other values', () => {
  const numbers: readonly (readonly [value: number, text: string])[] = [
    [0, '0'],
    [-1, '-1'],
    [9007199254740991, '9007199254740991'],
    [1.5, '1.5'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [100000.5, '100000.5'],
    [1234567.891, '1.2345679e+06'],
    [139652.125, '139652.12'],
    [1e21, '1e+21'],
    [1e-60, '0'],
    [1e300, '.inf'],
    [-1e300, '-.inf'],
  ];
  for (const [value, text] of numbers) it(String(value), () => assert.equal(goYaml([value]), `- ${text}\n`));
  assertCases([['true, false and null', [true, false, null], '- true\n- false\n- null\n']]);
});
