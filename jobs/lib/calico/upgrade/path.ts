import { imageTag, isAtLeast } from '../calico-version.ts';
import type { Datastore } from '../datastore.ts';
import type { Detected, From } from './detected.ts';
import { fromOf } from './detected.ts';

/** The last releases of 2.6 and 3.0 (components reference, section 1). */
const LAST_2_6 = '2.6.12';
const LAST_3_0 = '3.0.12';

/** The oldest release that can be carried on from, and where the way to 3.0 has to pass (components reference, section 7). */
const OLDEST = '2.0.0';
const BEFORE_3_0 = '2.6.5';
const FIRST_CNI = '1.11.2';
const FIRST_ON_CRDS = '2.5.0';

const AFTER_3_0 = '3.1.0';

/** The releases to install one after the other to come to a target. Only the way to 3.0 has a stop. */
export function supportedPath(from: string, target: string): readonly string[] {
  if (!isAtLeast(target, '3.0.0') || isAtLeast(from, BEFORE_3_0)) return [target];
  return [LAST_2_6, target];
}

/** Why this cluster cannot be carried to a target in one go, a sentence each with what to do; empty where it can. */
export function pathProblems(detected: Detected, target: string): readonly string[] {
  const { datastore } = detected.install;
  const from = fromOf(detected);
  return [
    ...(datastore === 'unknown'
      ? [
          'it cannot be told where Calico keeps its data: neither DATASTORE_TYPE of a DaemonSet calico-node or canal in kube-system nor its ConfigMap says it. Look which cluster this is, and whether the DaemonSet has another name',
        ]
      : []),
    ...(from ? releaseProblems(from, target) : [unknownRelease(detected)]),
    ...kubernetesProblems(detected, datastore, target),
    ...cniProblems(detected, from, target),
  ];
}

function unknownRelease({ releases }: Detected): string {
  const images = releases.unknownImages.length > 0 ? ` (${releases.unknownImages.join(', ')})` : '';
  return `the release of Calico that runs cannot be told: no image of calico-node has a tag that says it${images}, and there is no setting CalicoVersion. Say it with --from, in a CalicoUpgrade with spec.fromVersion`;
}

function releaseProblems({ lowest, highest }: From, target: string): readonly string[] {
  if (!isAtLeast(lowest, OLDEST))
    return [`Calico ${lowest} is older than what can be upgraded: ${OLDEST} or later`];
  if (isAtLeast(target, AFTER_3_0)) {
    const path = supportedPath(lowest, LAST_3_0).join(', then ');
    return isAtLeast(lowest, '3.0.0')
      ? [
          `Calico ${lowest} to ${target}: both use the data of 3.0, so that Calico's own upgrade is enough; nothing is left to do here`,
        ]
      : [
          `Calico ${target} is not reached from ${lowest} in one go. Supported: ${path}, then ${target} by Calico's own upgrade`,
        ];
  }
  if (!isAtLeast(target, highest)) {
    return [
      `Calico ${highest} runs already, which is later than ${target}. Going back is not an upgrade: see the sections Go back of the README`,
    ];
  }
  const path = supportedPath(lowest, target);
  return path.length === 1
    ? []
    : [
        `Calico ${target} needs ${BEFORE_3_0} or later on every node first, and ${lowest} runs. Supported: ${path.join(', then ')}`,
      ];
}

function kubernetesProblems(
  { kubernetes }: Detected,
  datastore: Datastore,
  target: string,
): readonly string[] {
  if (datastore === 'etcd' || kubernetes.servesCrds || !isAtLeast(target, FIRST_ON_CRDS)) return [];
  return [
    `Kubernetes ${kubernetes.gitVersion} serves no CustomResourceDefinitions, which Calico ${target} keeps its data in. Upgrade Kubernetes to 1.7 first`,
  ];
}

/** Older plugins do not wait while the data is paused (conversion reference). */
function cniProblems({ install }: Detected, from: From | undefined, target: string): readonly string[] {
  const crosses = from && !isAtLeast(from.lowest, '3.0.0') && isAtLeast(target, '3.0.0');
  if (install.datastore !== 'etcd' || !crosses) return [];
  const old = install.images.filter(({ container, image }) => {
    const numbers = /^v?(\d+\.\d+\.\d+)/.exec(imageTag(image) ?? '')?.[1];
    return container === 'install-cni' && numbers !== undefined && !isAtLeast(numbers, FIRST_CNI);
  });
  if (old.length === 0) return [];
  const named = old.slice(0, 3).map(({ where, image }) => `${where} has ${image}`);
  return [
    `the CNI plugin is older than ${FIRST_CNI}, and would write data while it is moved: ${named.join(', ')}${old.length > 3 ? ` and ${old.length - 3} more` : ''}. Upgrade it with Calico ${LAST_2_6} first`,
  ];
}
