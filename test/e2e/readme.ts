import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The command lines of a section in their order: its indented lines, with continued ones in one. */
export function commandsOf(heading: string): readonly string[] {
  const [, after] = README.split(`\n${heading}\n`);
  assert.ok(after, `README has no "${heading}"`);
  const [section = ''] = after.split(/^#/m);
  const indented = section.split('\n').filter(line => /^ {4,}\S/.test(line));
  const joined = indented.join('\n').replaceAll(/ *\\\n */g, ' ');
  return joined.split('\n').flatMap(line => (line.trim().startsWith('#') ? [] : line.trim()));
}

/** The only command line of a section that begins so, with its placeholders replaced. */
export function commandOf(
  heading: string,
  start: string,
  replacements: Readonly<Record<string, string>> = {},
): string {
  const found = commandsOf(heading).filter(line => line.startsWith(start));
  assert.equal(found.length, 1, `README, "${heading}": ${found.length} commands begin with "${start}"`);
  let [command = ''] = found;
  for (const [placeholder, text] of Object.entries(replacements)) {
    assert.ok(command.includes(placeholder), `no ${placeholder} in ${command}`);
    command = command.replaceAll(placeholder, text);
  }
  assert.doesNotMatch(command, /<[a-z]|registry\.example\.com/, 'every placeholder is replaced');
  return command;
}
