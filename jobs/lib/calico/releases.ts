import semver from 'semver';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import type { CalicoInstall } from './calico-install.ts';
import { calicoRelease } from './calico-version.ts';

/** The Calico releases that a cluster runs. */
export interface CalicoReleases {
  /** Those that the images of calico-node tell, the lowest first; more than one in the middle of an upgrade. */
  readonly fromImages: readonly string[];
  /** Images of calico-node whose release cannot be told. */
  readonly unknownImages: readonly string[];
  /** The setting CalicoVersion, which nodes write from 2.4 on. */
  readonly fromConfig: string | undefined;
  /** The lowest that is known. The setting counts only where an image does not tell: any node may have written it. */
  readonly lowest: string | undefined;
}

/** The releases by the images, and by the GlobalConfig or GlobalFelixConfig objects (tpr-to-crd reference, section 5). */
export function calicoReleases(
  install: Pick<CalicoInstall, 'images'>,
  configs: readonly KubeObject[],
): CalicoReleases {
  const images = install.images.filter(({ container }) => container === 'calico-node');
  const known = images.map(({ release }) => release).filter(release => release !== undefined);
  const unknown = images.filter(({ release }) => release === undefined).map(({ image }) => image);
  const fromImages = [...new Set(known)].sort(semver.compare);
  const fromConfig = configs.map(versionSetting).find(release => release !== undefined);
  return {
    fromImages,
    unknownImages: [...new Set(unknown)].sort(),
    fromConfig,
    lowest: lowestOf(fromImages, unknown.length > 0 || known.length === 0 ? fromConfig : undefined),
  };
}

function lowestOf(releases: readonly string[], further: string | undefined): string | undefined {
  return [...releases, ...(further === undefined ? [] : [further])].sort(semver.compare)[0];
}

/** The release that a configuration object CalicoVersion tells; undefined for any other object. */
export function versionSetting({ spec }: KubeObject): string | undefined {
  if (!isRecord(spec) || typeof spec.name !== 'string' || typeof spec.value !== 'string') return undefined;
  return spec.name.toLowerCase() === 'calicoversion' ? calicoRelease(spec.value) : undefined;
}
