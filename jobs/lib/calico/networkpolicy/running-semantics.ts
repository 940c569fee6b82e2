import type { CalicoInstall } from '../calico-install.ts';
import { imageTag, isAtLeast } from '../calico-version.ts';

/** An image of a policy controller, and where it runs. */
export interface ControllerImage {
  /** `Deployment calico-policy-controller`, or a pod. */
  readonly where: string;
  readonly image: string;
}

/** Under which semantics the Calico that runs reads NetworkPolicies. */
export interface RunningSemantics {
  /** `mixed`: an upgrade has begun; `unknown`: nothing tells it for certain. */
  readonly semantics: 'annotation' | 'v1' | 'mixed' | 'unknown';
  /** What tells it, in words: `Calico 2.2.1`, `DaemonSet calico-node has …`. */
  readonly text: string;
}

/** The first release whose Felix follows v1 semantics on the Kubernetes datastore (networkpolicy reference, section 1). */
const FIRST_NODE = '2.3.0';

/** The first kube-policy-controller that does so on etcd, of Calico 2.4; kube-controllers, of 2.6, always does. */
const FIRST_CONTROLLER = '0.7.0';

interface Part {
  readonly where: string;
  readonly image: string;
  readonly isNew: boolean | undefined;
  /** `Calico 2.2.1` */
  readonly version: string;
}

/** Felix decides on the Kubernetes datastore, and the policy controller on etcd, whatever version the nodes have. */
export function runningSemantics(
  install: Pick<CalicoInstall, 'datastore' | 'images'>,
  controllers: readonly ControllerImage[],
): RunningSemantics {
  if (install.datastore === 'unknown') {
    return { semantics: 'unknown', text: 'the datastore is unknown, and it decides which version counts' };
  }
  const parts = install.datastore === 'etcd' ? controllers.map(controllerPart) : nodeParts(install);
  if (parts.length === 0) {
    const sought =
      install.datastore === 'etcd'
        ? 'no Deployment and no pod of calico-policy-controller or calico-kube-controllers is in kube-system'
        : 'no DaemonSet calico-node or canal and no pod of it is in kube-system';
    return { semantics: 'unknown', text: sought };
  }
  return judgeParts(parts);
}

function judgeParts(parts: readonly Part[]): RunningSemantics {
  const unknown = parts.filter(({ isNew }) => isNew === undefined);
  if (unknown.length > 0) {
    return { semantics: 'unknown', text: `no version can be told of ${placesText(unknown)}` };
  }
  const newer = parts.filter(({ isNew }) => isNew);
  if (newer.length > 0 && newer.length < parts.length) {
    const older = parts.filter(({ isNew }) => !isNew);
    return { semantics: 'mixed', text: `${placesText(newer)}, but ${placesText(older)}` };
  }
  const versions = [...new Set(parts.map(({ version }) => version))].sort();
  return { semantics: newer.length > 0 ? 'v1' : 'annotation', text: versions.join(', ') };
}

function nodeParts({ images }: Pick<CalicoInstall, 'images'>): readonly Part[] {
  return images
    .filter(({ container }) => container === 'calico-node')
    .map(({ where, image, release }) => ({
      where,
      image,
      isNew: release === undefined ? undefined : isAtLeast(release, FIRST_NODE),
      version: `Calico ${release}`,
    }));
}

const NAMES = ['kube-policy-controller', 'kube-controllers'] as const;

type ControllerName = (typeof NAMES)[number];

/** The controller that an image is by its name; undefined for any other image. */
export function controllerName(image: string): ControllerName | undefined {
  const [withoutDigest = ''] = image.split('@');
  const [last = ''] = withoutDigest.slice(withoutDigest.lastIndexOf('/') + 1).split(':');
  return NAMES.find(name => name === last);
}

function controllerPart({ where, image }: ControllerImage): Part {
  const name = controllerName(image);
  const tag = imageTag(image);
  const isNew = name === 'kube-controllers' ? true : isNewPolicyController(tag);
  return { where, image, isNew, version: `${name} ${tag ?? 'without a tag'}` };
}

function isNewPolicyController(tag: string | undefined): boolean | undefined {
  const numbers = /^v?(\d+\.\d+\.\d+)(?:[-_+.].*)?$/.exec(tag ?? '')?.[1];
  return numbers === undefined ? undefined : isAtLeast(numbers, FIRST_CONTROLLER);
}

const LIST_AT_MOST = 10;

function placesText(parts: readonly Part[]): string {
  const places = parts.slice(0, LIST_AT_MOST).map(({ where, image }) => `${where} has ${image}`);
  const more = parts.length > LIST_AT_MOST ? ` and ${parts.length - LIST_AT_MOST} more` : '';
  return `${places.join(', ')}${more}`;
}
