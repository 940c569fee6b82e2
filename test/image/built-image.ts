import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { nodeImage, npmImage } from './base.ts';
import { buildah, ensureBuildah, imageCache, releaseStore, underImageLock } from './buildah.ts';

export const CHECKOUT = join(import.meta.dirname, '../..');

/** An image, unpacked, and what its configuration says. */
export interface BuiltImage extends AsyncDisposable {
  readonly name: string;
  /** Its files, as the container sees them. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** The images that this repository is for. */
export type ImageKind = 'job' | 'controller';

/** Builds Dockerfile.job or Dockerfile.controller as it is, on base images made of this machine's files. */
export async function buildImage(kind: ImageKind): Promise<BuiltImage> {
  const name = `localhost/calico-upgrade-test/${kind}:${process.pid}`;
  await buildImageAs(kind, name);
  const container = await buildah('from', '--pull-never', name);
  const root = await buildah('mount', container);
  return {
    ...(await configOf(name)),
    name,
    root,
    async [Symbol.asyncDispose]() {
      await buildah('rm', container);
      await buildah('rmi', name);
      await releaseStore();
    },
  };
}

/** Builds an image and leaves it in the store under a name. */
export async function buildImageAs(kind: ImageKind, name: string): Promise<void> {
  await ensureBuildah();
  await mkdir(join(imageCache(), 'npm'), { recursive: true });
  const bases = { ...(await baseImages()), VERSION: '1.2.3' };
  await buildah(
    'build',
    ...[
      '--file',
      join(CHECKOUT, `Dockerfile.${kind}`),
      '--tag',
      name,
      '--pull-never',
      '--no-cache',
      '--force-rm',
    ],
    ...Object.entries(bases).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...registryArguments(),
    // Packages come from here at the second build, and from the registry at the first.
    ...['--volume', `${join(imageCache(), 'npm')}:/home/.npm`],
    CHECKOUT,
  );
}

/** The compressed size of the last layer, which is the one that the Dockerfile adds, in bytes. */
export async function ownLayerBytes(image: BuiltImage): Promise<number> {
  const layout = join(imageCache(), `layout-${process.pid}`);
  await rm(layout, { recursive: true, force: true });
  await buildah('push', '--quiet', image.name, `oci:${layout}`);
  const [manifest] = records((await json(join(layout, 'index.json'))).manifests);
  const { layers } = await json(blob(layout, manifest?.digest));
  const size = records(layers).at(-1)?.size;
  if (typeof size !== 'number') throw new Error('the image has no layers');
  await rm(layout, { recursive: true });
  return size;
}

function baseImages(): Promise<{ BUILD_IMAGE: string; BASE_IMAGE: string }> {
  return underImageLock(async () => ({
    BUILD_IMAGE: await npmImage(),
    BASE_IMAGE: await nodeImage(),
  }));
}

function registryArguments(): readonly string[] {
  const registry = process.env.npm_config_registry;
  return registry ? ['--build-arg', `NPM_CONFIG_REGISTRY=${registry}`] : [];
}

async function configOf(
  name: string,
): Promise<Omit<BuiltImage, 'name' | 'root' | typeof Symbol.asyncDispose>> {
  const inspected: unknown = JSON.parse(await buildah('inspect', '--type', 'image', name));
  const image = isRecord(inspected) && isRecord(inspected.OCIv1) ? inspected.OCIv1 : {};
  const config = isRecord(image.config) ? image.config : {};
  return {
    entrypoint: strings(config.Entrypoint),
    env: strings(config.Env),
    user: String(config.User),
    labels: isRecord(config.Labels) ? config.Labels : {},
  };
}

const blob = (layout: string, digest: unknown): string =>
  join(layout, 'blobs', String(digest).replace(':', '/'));

async function json(path: string): Promise<Record<string, unknown>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  return isRecord(value) ? value : {};
}

const records = (list: unknown) => (Array.isArray(list) ? list.filter(isRecord) : []);
const strings = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
