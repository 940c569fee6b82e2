import { isAtLeast } from '../calico-version.ts';
import type { CalicoReleases } from '../releases.ts';

/** A release that a person says runs, and where: `--from`. */
export interface SaidRelease {
  readonly release: string;
  readonly option: string;
}

/**
 * What is wrong with a release that a person says, by what image tags tell: with one that is too high, data would not be moved that the new
 * release needs. An earlier one may be right where some images tell nothing, and in the middle, where all nodes have the target already.
 */
export function saidReleaseProblem(
  { fromImages: [lowest], unknownImages }: Pick<CalicoReleases, 'fromImages' | 'unknownImages'>,
  { release, option }: SaidRelease,
  target: string,
): string | undefined {
  if (lowest === undefined || lowest === release) return undefined;
  const isEarlier = isAtLeast(lowest, release);
  if (isEarlier && (unknownImages.length > 0 || lowest === target)) return undefined;
  return `${option} says that Calico ${release} runs, but by the images of calico-node it is ${lowest}: leave it out`;
}
