import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import {
  CORDONED_BY,
  REPLACED,
  REPLACING,
  type Replaced,
  type Replacing,
  readReplaced,
  readReplacing,
} from './marks.ts';
import { type Taint, taintsOf } from './placement.ts';

/** What a rollout knows of a node. */
export interface NodeFacts {
  readonly name: string;
  readonly resourceVersion: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  readonly isUnschedulable: boolean;
  readonly isControlPlane: boolean;
  readonly taints: readonly Taint[];
  /** The upgrade that cordoned it. */
  readonly cordonedBy: string | undefined;
  readonly replacing: Replacing | undefined;
  readonly replaced: Replaced | undefined;
}

const CONTROL_PLANE = ['node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane'];

/** The facts of a Node object. */
export function nodeFacts({ metadata, spec, status }: KubeObject): NodeFacts {
  const { name, labels = {}, annotations = {} } = metadata;
  return {
    name,
    resourceVersion: metadata.resourceVersion,
    labels,
    isReady: hasCondition(status, 'Ready'),
    isUnschedulable: isRecord(spec) && spec.unschedulable === true,
    isControlPlane: isControlPlane(labels, spec),
    taints: taintsOf(spec),
    cordonedBy: annotations[CORDONED_BY],
    replacing: readReplacing(annotations[REPLACING]),
    replaced: readReplaced(annotations[REPLACED]),
  };
}

/** kubeadm of 1.7 labels its masters; other installers only taint them, or say kubernetes.io/role. */
function isControlPlane(labels: Readonly<Record<string, string>>, spec: unknown): boolean {
  const taints = isRecord(spec) && Array.isArray(spec.taints) ? spec.taints.filter(isRecord) : [];
  return (
    CONTROL_PLANE.some(label => label in labels || taints.some(({ key }) => key === label)) ||
    labels['kubernetes.io/role'] === 'master'
  );
}

/** Whether a condition of a status is True. */
export function hasCondition(status: unknown, type: string): boolean {
  return conditionOf(status, type)?.status === 'True';
}

/** A condition of a status, as it is. */
export function conditionOf(status: unknown, type: string): Readonly<Record<string, unknown>> | undefined {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.filter(isRecord).find(condition => condition.type === type);
}
