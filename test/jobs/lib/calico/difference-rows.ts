import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of the table below a heading of test/golden-differences.md, without the two that make its head. */
export function differenceRows(heading: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../golden-differences.md'), 'utf8');
  const section = text.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2);
}
