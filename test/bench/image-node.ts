import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCKERFILE = join(import.meta.dirname, '../../Dockerfile.job');

/** The flags with which the image runs Node.js. */
export function imageNodeFlags(): readonly string[] {
  const [, text = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  const words: unknown = JSON.parse(text);
  const flags = Array.isArray(words) ? words.map(String).filter(word => word.startsWith('--')) : [];
  if (flags.length === 0) throw new Error('the ENTRYPOINT of Dockerfile.job has no flags of Node.js');
  return flags;
}
