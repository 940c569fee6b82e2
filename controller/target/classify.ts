import { fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { ManifestObject } from './model.ts';
import { containerNamed, podSpecOf } from './pod-spec.ts';

/** What the objects of manifests are to an upgrade. */
export interface Classified {
  /** With a container calico-node. */
  readonly daemonSet: ManifestObject | undefined;
  /** The Deployment of the controller, under its new or its old name. */
  readonly kubeControllers: ManifestObject | undefined;
  /** The old controller that 2.6 ships without replicas, so that it goes (components reference, section 3). */
  readonly retired: ManifestObject | undefined;
  readonly rest: readonly ManifestObject[];
}

export const NEW_CONTROLLER = 'calico-kube-controllers';
export const OLD_CONTROLLER = 'calico-policy-controller';

/** Tells the objects apart; or why they cannot be of one install. */
export function classify(objects: readonly ManifestObject[]): Classified | { readonly problem: string } {
  const daemonSets = objects.filter(isCalicoNode);
  const [daemonSet, second] = daemonSets;
  if (daemonSet && second) {
    return {
      problem: `${daemonSet.source} and ${second.source} both have a DaemonSet with a container calico-node. Leave one of them out`,
    };
  }
  const controllers = objects.filter(({ object }) => object.kind === 'Deployment');
  const named = (name: string) => controllers.find(({ object }) => object.metadata.name === name);
  const old = named(OLD_CONTROLLER);
  const isStub = fieldsOf(old?.object.spec).replicas === 0;
  const retired = isStub || named(NEW_CONTROLLER) ? old : undefined;
  const kubeControllers = named(NEW_CONTROLLER) ?? (isStub ? undefined : old);
  const known = new Set([daemonSet, kubeControllers, retired]);
  return { daemonSet, kubeControllers, retired, rest: objects.filter(one => !known.has(one)) };
}

const isCalicoNode = ({ object }: ManifestObject): boolean =>
  object.kind === 'DaemonSet' && containerNamed(podSpecOf(object), 'calico-node') !== undefined;
