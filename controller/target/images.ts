import { type Fields, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { changePodSpec, mapContainers, podSpecOf } from './pod-spec.ts';

/** What the images of pods are to be changed to. */
export interface ImageSource {
  readonly registry?: string | undefined;
  readonly imagePullSecrets: readonly { readonly name: string }[];
}

/** The host of an image's registry, with its port; '' where the name has none. */
function hostOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : '';
}

/**
 * The image in another registry: the host is replaced, the path, the tag and the digest stay. An image that is there already stays
 * as it is.
 */
export function withRegistry(image: string, registry: string | undefined): string {
  if (registry === undefined || image.startsWith(`${registry}/`)) return image;
  const host = hostOf(image);
  return `${registry}/${host ? image.slice(host.length + 1) : image}`;
}

/** What comes before the last two parts of `quay.io/calico/node:v2.6.12`, where the image is of Calico's name; else undefined. */
const PREFIX = /^((?:.*\/)?)calico\/[^/]+$/;

/**
 * An image of a release where the present one of the same component is from: a cluster that has `registry.local/calico/node` has a
 * reason for it. Elsewhere, and for images of other names, as it is.
 */
export function besidePresent(image: string, present: string): string {
  const prefix = PREFIX.exec(present.split('@')[0] ?? '')?.[1];
  const [, name = image] = /^quay\.io\/(calico\/.+)$/.exec(image) ?? [];
  return prefix === undefined ? image : `${prefix}${name}`;
}

/** Every image in the pods that an object has or makes is taken from the registry, with the pull secrets. */
export function rewriteImages(object: KubeObject, source: ImageSource): KubeObject {
  return changePodSpec(object, podSpec =>
    withPullSecrets(
      mapContainers(podSpec, container => ({ ...container, ...imageIn(container, source.registry) })),
      source.imagePullSecrets,
    ),
  );
}

const imageIn = ({ image }: Fields, registry: string | undefined): Fields =>
  typeof image === 'string' ? { image: withRegistry(image, registry) } : {};

/** A pod spec with further pull secrets. */
export function withPullSecrets(podSpec: Fields, secrets: ImageSource['imagePullSecrets']): Fields {
  const present = recordsOf(podSpec.imagePullSecrets);
  const added = secrets.filter(({ name }) => !present.some(one => one.name === name));
  return added.length > 0 ? { ...podSpec, imagePullSecrets: [...present, ...added] } : podSpec;
}

/** The images of all containers that the pods of an object have. */
export function imagesIn(object: KubeObject): readonly string[] {
  const podSpec = podSpecOf(object);
  const containers = [...recordsOf(podSpec?.initContainers), ...recordsOf(podSpec?.containers)];
  return [...new Set(containers.map(({ image }) => String(image)))];
}
