import { buildah, ensureBuildah, releaseStore, underImageLock } from './buildah.ts';
import { calicoNodeImage } from './calico-node/calico-node.ts';
import { pauseImage } from './pause/pause.ts';

/** The versions of the calico-node stand-in that the registry of a cluster with nodes has, as calico/node:<version>. */
export const calicoNodeVersions = ['v2.4.1', 'v2.5.1', 'v2.6.12'] as const;

/** Local images by their name in the registry. */
export type ClusterImages = ReadonlyMap<string, string>;

/** Makes the images that every cluster with nodes has, unless they are in the cache. */
export async function makeClusterImages(): Promise<ClusterImages> {
  await ensureBuildah();
  return underImageLock(async () => {
    const images = new Map([['pause:3.2', await pauseImage()]]);
    for (const version of calicoNodeVersions)
      images.set(`calico/node:${version}`, await calicoNodeImage(version));
    await releaseStore();
    return images;
  });
}

/** Puts images into the registry at `address:port`. */
export async function pushImages(registry: string, images: ClusterImages): Promise<void> {
  for (const [name, image] of images) {
    // Nodes unpack faster what was not packed, and the registry lives as short as they do.
    const options = ['--quiet', '--tls-verify=false', '--disable-compression'];
    await buildah('push', ...options, image, `docker://${registry}/${name}`);
  }
  await releaseStore();
}
