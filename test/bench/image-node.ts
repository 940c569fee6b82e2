import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The flags with which an image, that of the jobs unless said otherwise, runs Node.js. */
export function imageNodeFlags(dockerfile = 'Dockerfile.job'): readonly string[] {
  const path = join(import.meta.dirname, '../..', dockerfile);
  const [, text = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(path, 'utf8')) ?? [];
  const words: unknown = JSON.parse(text);
  const flags = Array.isArray(words) ? words.map(String).filter(word => word.startsWith('--')) : [];
  if (flags.length === 0) throw new Error(`the ENTRYPOINT of ${dockerfile} has no flags of Node.js`);
  return flags;
}
