import semver from 'semver';

/**
 * The Calico release, such as `2.4.1`, that a tag of calico/node or a `CalicoVersion` setting stands for; what
 * follows the three numbers (`git describe`, a platform) does not matter. `undefined` if it stands for none.
 * Up to Calico 2.3 the image had numbers of its own: v1.0 to v1.3 are Calico 2.0 to 2.3 (tpr-to-crd reference, section 1).
 */
export function calicoRelease(tag: string): string | undefined {
  const numbers = /^v?(\d+\.\d+\.\d+)(?:[-_+.].*)?$/.exec(tag)?.[1];
  const version = semver.parse(numbers);
  if (version === null || version.major === 0) return undefined;
  if (version.major > 1) return version.version;
  return version.minor <= 3 ? `2.${version.minor}.${version.patch}` : undefined;
}

/** The release that an image of calico/node is; `undefined` for a digest, no tag, or a tag of somebody's own. */
export function releaseOfNodeImage(image: string): string | undefined {
  const tag = imageTag(image);
  return tag === undefined ? undefined : calicoRelease(tag);
}

/** The tag of an image reference; a port of the registry is none. With a digest the tag is only what somebody says. */
export function imageTag(image: string): string | undefined {
  const [name = ''] = image.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  return colon < 0 || colon === last.length - 1 ? undefined : last.slice(colon + 1);
}

/** Whether a release, given with one to three numbers, is `floor` or a later one. */
export function isAtLeast(release: string, floor: string): boolean {
  const version = semver.coerce(release);
  if (version === null) throw new RangeError(`not a version: ${release}`);
  return semver.gte(version, floor);
}
