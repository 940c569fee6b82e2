import { join } from 'node:path';
import * as v from 'valibot';
import { runOrFail } from '../cluster/command.ts';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { nodeImage, npmImage } from '../image/base.ts';
import { ensureBuildah, imageCache, releaseStore, tryBuildah, underImageLock } from '../image/buildah.ts';
import { pushImages } from '../image/cluster-images.ts';

/** Names of the README's base images, and what we put there: made of this machine's files. */
const BASE_IMAGES = { 'node:24-slim': npmImage, 'nodejs24:nonroot': nodeImage };

/** Puts base images into the registry, as somebody has who keeps one for a network without a way out. */
export async function pushBaseImages({ registry }: NodeCluster): Promise<void> {
  await ensureBuildah();
  const images = await underImageLock(async () => {
    const made = new Map<string, string>();
    for (const [name, make] of Object.entries(BASE_IMAGES)) made.set(name, await make());
    return made;
  });
  await pushImages(registry, images);
}

/** The README's commands are those of docker; this is what they are with buildah, which tests have. */
export function withBuildah(line: string): string {
  return line
    .replace(/^docker build /, `buildah build --volume ${join(imageCache(), 'npm')}:/home/.npm `)
    .replace(/^docker push /, 'buildah push ')
    .replace(/^docker save -o (\S+) (\S+)$/, 'buildah push $2 docker-archive:$1:$2')
    .replace(/^docker load -i (\S+) && docker push /, 'buildah pull docker-archive:$1 && buildah push ');
}

/** Where this machine gets npm packages from. */
export async function npmRegistry(): Promise<string> {
  return (await runOrFail('npm', ['config', 'get', 'registry'])).trim();
}

/** Takes the images of a registry that ends out of our store again. */
export async function forgetImages({ registry }: NodeCluster): Promise<void> {
  const names = ['calico-upgrade/job:0.1.0', ...Object.keys(BASE_IMAGES)];
  for (const name of names) await tryBuildah('rmi', `${registry}/${name}`);
  await releaseStore();
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const manifestSchema = v.object({ layers: v.array(v.object({ size: v.number() })) });

/** Bytes of each layer of an image as the registry holds it, the base's first. */
export async function layerSizes(
  registry: string,
  repository: string,
  tag: string,
): Promise<readonly number[]> {
  const headers = { accept: MANIFEST_TYPES.join() };
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, { headers });
  return v.parse(manifestSchema, await answer.json()).layers.map(({ size }) => size);
}
