import { isAtLeast } from '../calico-version.ts';
import { controllerName, runningSemantics } from '../networkpolicy/running-semantics.ts';
import type { Detected, From } from './detected.ts';

/** The steps of an upgrade, in their order. */
export type StepName =
  | 'backup'
  | 'policy-conversion'
  | 'data-migration'
  | 'manifests'
  | 'kube-controllers'
  | 'node-rollout'
  | 'verify'
  | 'complete'
  | 'clean-up';

/** One step, with why it is needed, or why it is not. */
export interface Step {
  readonly name: StepName;
  readonly needed: boolean;
  readonly reason: string;
  /** The command line of the job that does it, where one does. */
  readonly job?: string;
}

/** What a step is decided by. */
export interface Upgrade {
  readonly detected: Detected;
  readonly from: From;
  /** The release to go to, such as `2.6.12`. */
  readonly target: string;
}

const needed = (name: StepName, reason: string, job?: string): Step =>
  job === undefined ? { name, needed: true, reason } : { name, needed: true, reason, job };

const notNeeded = (name: StepName, reason: string): Step => ({ name, needed: false, reason });

/** Whether the way from the lowest release to the target begins before a release and ends at it or later. */
const crosses = ({ from, target }: Upgrade, release: string): boolean =>
  !isAtLeast(from.lowest, release) && isAtLeast(target, release);

/** All steps of an upgrade that is possible (components reference, section 7; design, controller contract). */
export function stepsOf(upgrade: Upgrade): readonly Step[] {
  return [
    backupStep(upgrade),
    policyStep(upgrade),
    dataStep(upgrade),
    needed('manifests', `RBAC, definitions and manifests of Calico ${upgrade.target}, as kubectl apply does`),
    controllersStep(upgrade),
    rolloutStep(upgrade),
    needed('verify', 'every node: image, Ready, BGP; the configuration as the new release reads it'),
    completeStep(upgrade),
    cleanUpStep(upgrade),
  ];
}

function backupStep({ detected }: Upgrade): Step {
  return detected.install.datastore === 'etcd'
    ? notNeeded('backup', 'the jobs leave what is in etcd as it is; save a snapshot of etcd as you always do')
    : needed('backup', 'everything that the jobs may change', 'backup');
}

/** The release from which NetworkPolicies follow v1 semantics (networkpolicy reference, section 1). */
const V1_SEMANTICS = { kubernetes: '2.3.0', etcd: '2.4.0' } as const;

function policyStep({ detected, target }: Upgrade): Step {
  const { install, controllers, policies } = detected;
  const first = V1_SEMANTICS[install.datastore === 'etcd' ? 'etcd' : 'kubernetes'];
  const { semantics, text } = runningSemantics(install, controllers);
  if (!isAtLeast(target, first))
    return notNeeded('policy-conversion', `Calico ${target} reads the annotation of namespaces as now`);
  if (semantics === 'v1') return notNeeded('policy-conversion', `${text} already follows v1 semantics`);
  if (semantics === 'mixed') {
    return notNeeded(
      'policy-conversion',
      `it is too late for it: v1 semantics act on a part of the cluster (${text}). Look at the policies by hand, or put the old version back first`,
    );
  }
  const { networkPolicies, annotatedNamespaces } = policies;
  if (semantics === 'annotation' && networkPolicies + annotatedNamespaces === 0)
    return notNeeded(
      'policy-conversion',
      `${text} reads the annotation of namespaces, but there is none, and no NetworkPolicy`,
    );
  const found = `NetworkPolicies: ${networkPolicies}, namespaces with the annotation: ${annotatedNamespaces}`;
  const why =
    semantics === 'unknown'
      ? `it cannot be told which semantics act (${text}): run it with --dry-run, and decide`
      : `${text} reads the annotation of namespaces, ${target} follows v1 semantics`;
  return needed('policy-conversion', `${why}; ${found}`, 'policy-converter');
}

function dataStep(upgrade: Upgrade): Step {
  const { detected, from, target } = upgrade;
  if (detected.install.datastore === 'etcd') {
    return crosses(upgrade, '3.0.0')
      ? needed(
          'data-migration',
          'Calico 3.0 reads other keys, through the v3 API of etcd; Calico is paused from the end of this step until complete',
          'etcd-v2-to-v3 start',
        )
      : notNeeded('data-migration', `Calico ${target} reads the same keys of etcd as ${from.lowest}`);
  }
  if (crosses(upgrade, '2.5.0')) return tprStep(upgrade);
  return crosses(upgrade, '3.0.0')
    ? needed(
        'data-migration',
        'Calico 3.0 keeps settings of Felix and BGP, and peers of nodes, in other objects',
        'kdd-v1-to-v3',
      )
    : notNeeded('data-migration', `Calico ${target} reads the same objects as ${from.lowest}`);
}

/** Calico 2.5 reads CustomResourceDefinitions (tpr-to-crd reference, section 1). */
function tprStep({ detected, from, target }: Upgrade): Step {
  const { kubernetes, thirdPartyResources } = detected;
  if (isAtLeast(from.highest, '2.5.0'))
    return notNeeded(
      'data-migration',
      `nodes with Calico ${from.highest} work on the CustomResourceDefinitions already`,
    );
  if (!kubernetes.servesTprs)
    return needed(
      'data-migration',
      `Calico ${target} reads CustomResourceDefinitions; Kubernetes ${kubernetes.gitVersion} shows no ThirdPartyResources any more, but etcd still has them`,
      'tpr-to-crd --from-etcd',
    );
  return thirdPartyResources.length === 0
    ? notNeeded('data-migration', 'no ThirdPartyResource of Calico is defined: there is no data to move')
    : needed(
        'data-migration',
        `Calico ${target} reads CustomResourceDefinitions, ${from.lowest} writes ThirdPartyResources (${thirdPartyResources.join(', ')})`,
        'tpr-to-crd',
      );
}

/** The controller that makes Calico's policies of NetworkPolicies, on etcd (components reference, section 3). */
function controllersStep({ detected, target }: Upgrade): Step {
  const { install, controllers } = detected;
  if (install.datastore !== 'etcd')
    return notNeeded(
      'kube-controllers',
      'only an etcd datastore has them: here Felix reads NetworkPolicies itself',
    );
  if (controllers.length === 0)
    return notNeeded('kube-controllers', 'no policy controller and no kube-controllers run in kube-system');
  const old = controllers.find(({ image }) => controllerName(image) === 'kube-policy-controller');
  return old && isAtLeast(target, '2.6.0')
    ? needed(
        'kube-controllers',
        `${old.where} becomes calico-kube-controllers in 2.6: the old one is scaled to 0 first, so that never two are at work`,
      )
    : needed('kube-controllers', `one instance, with the image of Calico ${target}`);
}

function rolloutStep({ detected, target }: Upgrade): Step {
  const nodes = detected.install.images.filter(({ container }) => container === 'calico-node');
  const pods = nodes.filter(({ where }) => where.startsWith('Pod '));
  const old = pods.filter(({ release }) => release !== target);
  if (nodes.length > 0 && nodes.every(({ release }) => release === target))
    return notNeeded('node-rollout', `all ${pods.length} pods of calico-node have Calico ${target}`);
  return needed(
    'node-rollout',
    `${old.length} of ${pods.length} pods of calico-node have another image than Calico ${target}; one node at a time`,
  );
}

function completeStep(upgrade: Upgrade): Step {
  return upgrade.detected.install.datastore === 'etcd' && crosses(upgrade, '3.0.0')
    ? needed(
        'complete',
        'ends the pause, when every node runs 3.0; until then etcd-v2-to-v3 abort goes back',
        'etcd-v2-to-v3 complete',
      )
    : notNeeded('complete', 'nothing is paused');
}

function cleanUpStep(upgrade: Upgrade): Step {
  const { detected } = upgrade;
  const only = 'only when you will not go back any more';
  if (detected.install.datastore === 'etcd') {
    return crosses(upgrade, '3.0.0')
      ? needed('clean-up', `${only}: the data of 2.6 stays in etcd v2 until then`, 'etcd-cleaner v1')
      : notNeeded('clean-up', 'no old data is left behind');
  }
  return isAtLeast(upgrade.target, '2.5.0') && detected.thirdPartyResources.length > 0
    ? needed('clean-up', `${only}: the ThirdPartyResources stay until then`, 'tpr-cleaner')
    : notNeeded('clean-up', 'no old data is left behind');
}
