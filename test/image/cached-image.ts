import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../cluster/lock.ts';
import { buildah, ensureBuildah, imageCache, releaseStore, tryBuildah } from './buildah.ts';
import { buildImageAs, CHECKOUT, type ImageKind } from './built-image.ts';

/** The name of an image as the sources are now, which is built unless the cache has it; `sources` are patterns of files. */
export async function cachedImage(kind: ImageKind, sources: readonly string[]): Promise<string> {
  await ensureBuildah();
  const repository = `localhost/calico-upgrade-test/cached-${kind}`;
  const name = `${repository}:${await sourceHash([`Dockerfile.${kind}`, '*.json', 'LICENSE', ...sources])}`;
  const sayThatWeWait = () => say(`Waiting for another run that builds the image of the ${kind}`);
  return withLock(join(imageCache(), `${kind}-image.lock`), sayThatWeWait, async () => {
    const listed = await buildah('images', '--format', '{{.Name}}:{{.Tag}}');
    const known = listed.split('\n').filter(line => line.startsWith(`${repository}:`));
    if (known.includes(name)) return name;
    say(`Building the image of the ${kind}; takes some 20 seconds`);
    await buildImageAs(kind, name);
    for (const old of known) await tryBuildah('rmi', old);
    await releaseStore();
    return name;
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A hash of all that an image is made of: its sources, and the base images. */
async function sourceHash(sources: readonly string[]): Promise<string> {
  const files = globSync([...sources], { cwd: CHECKOUT });
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(CHECKOUT, file)));
  return hash.digest('hex').slice(0, 16);
}
