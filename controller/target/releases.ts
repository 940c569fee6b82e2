/** The images of a release. */
export interface ReleaseImages {
  readonly node: string;
  readonly cni: string;
  /** kube-policy-controller before 2.6. */
  readonly kubeControllers: string;
  /** Undefined before 2.3. */
  readonly typha: string | undefined;
}

type Row = readonly [node: string, cni: string, kubeControllers: string, typha?: string];

/** Components reference, section 1. The controller is kube-policy-controller below v1. */
const TAGS: Readonly<Record<string, Row>> = {
  '2.2.0': ['v1.2.0', 'v1.8.3', 'v0.6.0'],
  '2.2.1': ['v1.2.1', 'v1.8.3', 'v0.6.0'],
  '2.3.0': ['v1.3.0', 'v1.9.1', 'v0.6.0', 'v0.2.2'],
  '2.4.0': ['v2.4.0', 'v1.10.0', 'v0.7.0', 'v0.3.1'],
  '2.4.1': ['v2.4.1', 'v1.10.0', 'v0.7.0', 'v0.3.1'],
  '2.5.0': ['v2.5.0', 'v1.10.0', 'v0.7.0', 'v0.4.0'],
  '2.5.1': ['v2.5.1', 'v1.10.0', 'v0.7.0', 'v0.4.1'],
  '2.6.0': ['v2.6.0', 'v1.11.0', 'v1.0.0', 'v0.5.1'],
  '2.6.1': ['v2.6.1', 'v1.11.0', 'v1.0.0', 'v0.5.1'],
  '2.6.2': ['v2.6.2', 'v1.11.0', 'v1.0.0', 'v0.5.1'],
  '2.6.3': ['v2.6.3', 'v1.11.1', 'v1.0.1', 'v0.5.3'],
  '2.6.4': ['v2.6.4', 'v1.11.2', 'v1.0.2', 'v0.5.4'],
  '2.6.5': ['v2.6.5', 'v1.11.2', 'v1.0.2', 'v0.5.4'],
  '2.6.6': ['v2.6.6', 'v1.11.2', 'v1.0.3', 'v0.5.5'],
  '2.6.7': ['v2.6.7', 'v1.11.2', 'v1.0.3', 'v0.5.6'],
  '2.6.8': ['v2.6.8', 'v1.11.4', 'v1.0.3', 'v0.5.6'],
  '2.6.9': ['v2.6.9', 'v1.11.5', 'v1.0.4', 'v0.5.7'],
  '2.6.10': ['v2.6.10', 'v1.11.6', 'v1.0.4', 'v0.5.7'],
  '2.6.11': ['v2.6.11', 'v1.11.7', 'v1.0.4', 'v0.5.7'],
  '2.6.12': ['v2.6.12', 'v1.11.8', 'v1.0.5', 'v0.5.8'],
  '3.0.0': ['v3.0.0', 'v2.0.0', 'v2.0.0', 'v0.6.0'],
  '3.0.1': ['v3.0.1', 'v2.0.0', 'v2.0.0', 'v0.6.0'],
  '3.0.2': ['v3.0.2', 'v2.0.0', 'v2.0.0', 'v0.6.1'],
  '3.0.3': ['v3.0.3', 'v2.0.1', 'v2.0.1', 'v0.6.2'],
  '3.0.4': ['v3.0.4', 'v2.0.3', 'v2.0.2', 'v0.6.2'],
  '3.0.5': ['v3.0.5', 'v2.0.4', 'v2.0.3', 'v0.6.3'],
  '3.0.6': ['v3.0.6', 'v2.0.5', 'v2.0.4', 'v0.6.4'],
  '3.0.7': ['v3.0.7', 'v2.0.5', 'v2.0.4', 'v0.6.5'],
  '3.0.8': ['v3.0.8', 'v2.0.6', 'v2.0.5', 'v0.6.6'],
  '3.0.9': ['v3.0.9', 'v2.0.7', 'v2.0.6', 'v0.6.7'],
  '3.0.10': ['v3.0.10', 'v3.0.10', 'v3.0.10', 'v3.0.10'],
  '3.0.11': ['v3.0.11', 'v3.0.11', 'v3.0.11', 'v3.0.11'],
  '3.0.12': ['v3.0.12', 'v3.0.12', 'v3.0.12', 'v3.0.12'],
};

/** The releases whose images are known, the oldest first. */
export const KNOWN_RELEASES: readonly string[] = Object.keys(TAGS);

/** The images of a release, such as `2.6.12`; undefined for one whose images are not known here. */
export function imagesOf(release: string): ReleaseImages | undefined {
  const row = TAGS[release];
  if (!row) return undefined;
  const [node, cni, controllers, typha] = row;
  const controllerName = controllers.startsWith('v0.') ? 'kube-policy-controller' : 'kube-controllers';
  const image = (name: string, tag: string) => `quay.io/calico/${name}:${tag}`;
  return {
    node: image('node', node),
    cni: image('cni', cni),
    kubeControllers: image(controllerName, controllers),
    typha: typha && image('typha', typha),
  };
}
