import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCKERFILE = join(import.meta.dirname, '../../Dockerfile.job');

/** The environment with which the image runs Node.js. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const [, options] = /NODE_OPTIONS="([^"]*)"/.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  if (options === undefined) throw new Error('Dockerfile.job sets no NODE_OPTIONS="…"');
  return { NODE_OPTIONS: options, NODE_ENV: 'production' };
}
