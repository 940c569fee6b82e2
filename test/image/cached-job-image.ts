import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../cluster/lock.ts';
import { buildah, ensureBuildah, imageCache, releaseStore, tryBuildah } from './buildah.ts';
import { buildJobImageAs, CHECKOUT } from './job-image.ts';

/** What the manifests call the job image. */
export const jobImageName = 'calico-upgrade/job:0.1.0';

const repository = 'localhost/calico-upgrade-test/cached-job';

/** The name of the job image as the sources are now, which is built unless the cache has it. */
export async function cachedJobImage(): Promise<string> {
  await ensureBuildah();
  const name = `${repository}:${await sourceHash()}`;
  return withLock(join(imageCache(), 'job-image.lock'), sayThatWeWait, async () => {
    const listed = await buildah('images', '--format', '{{.Name}}:{{.Tag}}');
    const known = listed.split('\n').filter(line => line.startsWith(`${repository}:`));
    if (known.includes(name)) return name;
    process.stderr.write('Building the image of the jobs; takes some 20 seconds\n');
    await buildJobImageAs(name);
    for (const old of known) await tryBuildah('rmi', old);
    await releaseStore();
    return name;
  });
}

const sayThatWeWait = () => process.stderr.write('Waiting for another run that builds the job image\n');

/** A hash of all that Dockerfile.job and the base images are made of. */
async function sourceHash(): Promise<string> {
  const files = globSync(['Dockerfile.job', '*.json', 'LICENSE', 'jobs/**/*.*'], { cwd: CHECKOUT });
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(CHECKOUT, file)));
  return hash.digest('hex').slice(0, 16);
}
