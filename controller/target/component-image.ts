import type { Component } from '../api/spec.ts';
import { besidePresent, withRegistry } from './images.ts';
import type { TargetInput } from './model.ts';
import { imagesOf, KNOWN_RELEASES } from './releases.ts';

/** The image that a component is to have in the place of a present one; undefined where it is not known. */
export function componentImage(
  { spec, target }: Pick<TargetInput, 'spec' | 'target'>,
  component: Component,
  present: string,
): string | undefined {
  const said = spec.images[component];
  if (said !== undefined) return said;
  const image = imagesOf(target)?.[component];
  if (image === undefined) return undefined;
  return spec.registry === undefined ? besidePresent(image, present) : withRegistry(image, spec.registry);
}

/** What to do where the images of a release are not known. */
export function imageProblem(target: string, components: readonly Component[]): string {
  const fields = components.map(component => `spec.images.${component}`).join(' and ');
  const [first, last] = [KNOWN_RELEASES[0], KNOWN_RELEASES.at(-1)];
  return `the images of Calico ${target} are not known here (those of ${first} to ${last} are, not each patch level). Name them in ${fields}, or give the manifests of the release in spec.manifests`;
}
