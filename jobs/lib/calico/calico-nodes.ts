import { isBeingDeleted, isRecord, type KubeObject } from '../kubernetes/object.ts';
import { isAtLeast, releaseOfNodeImage } from './calico-version.ts';
import { containersOf } from './container-env.ts';

const NODE_CONTAINER = 'calico-node';

/** What runs calico-node in a cluster: DaemonSets, and pods reduced by `podFacts`. */
export interface CalicoNodes {
  readonly daemonSets: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
}

/** Which releases are wanted. */
export interface ReleaseRange {
  /** The lowest, such as `2.5.0`. */
  readonly from: string;
  /** The first that is too new, if any is. */
  readonly below?: string;
  /** The same for people: `2.5 or 2.6`. */
  readonly text: string;
  /** Images that a person vouches for, where the tag tells no release. */
  readonly vouchedImages: readonly string[];
}

/** Of all pods of a namespace and its DaemonSets, those with a container calico-node, whatever they are named. */
export function calicoNodes(daemonSets: readonly KubeObject[], pods: readonly KubeObject[]): CalicoNodes {
  return {
    daemonSets: daemonSets.filter(daemonSet => nodeImage(templateOf(daemonSet)) !== undefined),
    pods: pods.filter(({ spec }) => nodeImage(spec) !== undefined),
  };
}

/** A pod with what is looked at only: there may be thousands. */
export function podFacts({ metadata, spec, status }: KubeObject): KubeObject {
  const { name, namespace, deletionTimestamp } = metadata;
  const { serviceAccountName, containers } = isRecord(spec) ? spec : {};
  const own = Array.isArray(containers) ? containers.filter(isRecord) : [];
  const conditions = isRecord(status) ? status.conditions : undefined;
  return {
    metadata: { name, ...(namespace !== undefined && { namespace }), deletionTimestamp },
    spec: { serviceAccountName, containers: own.map(({ name, image }) => ({ name, image })) },
    status: { conditions },
  };
}

/** The service accounts of the pods, each once. */
export function serviceAccountsOf({ pods }: CalicoNodes): readonly string[] {
  const names = pods.map(({ spec }) => (isRecord(spec) && spec.serviceAccountName) || 'default');
  return [...new Set(names.map(String))].sort();
}

/** Why it cannot be said that every calico-node is of a wanted release and Ready, a line each; empty if it can. */
export function nodeProblems(nodes: CalicoNodes, range: ReleaseRange): readonly string[] {
  const { daemonSets, pods } = nodes;
  if (pods.length === 0) return ['no pod with a container calico-node is found'];
  const wanted = daemonSets.reduce((sum, daemonSet) => sum + desiredPods(daemonSet), 0);
  return [
    ...daemonSets.flatMap(daemonSet =>
      releaseProblem(`DaemonSet ${daemonSet.metadata.name}`, nodeImage(templateOf(daemonSet)), range),
    ),
    ...(wanted > pods.length ? [`${wanted} nodes should have a calico-node, ${pods.length} pods exist`] : []),
    ...pods.flatMap(pod => podProblems(pod, range)),
  ];
}

function podProblems(pod: KubeObject, range: ReleaseRange): readonly string[] {
  const where = `Pod ${pod.metadata.name}`;
  const release = releaseProblem(where, nodeImage(pod.spec), range);
  if (isBeingDeleted(pod)) return [...release, `${where} is being deleted`];
  return isReady(pod) ? release : [...release, `${where} is not Ready`];
}

function releaseProblem(where: string, image = '', range: ReleaseRange): readonly string[] {
  if (range.vouchedImages.includes(image)) return [];
  const release = releaseOfNodeImage(image);
  if (release === undefined) {
    return [`${where} has ${image}, which tells no release: if it is ${range.text}, name it in --node-image`];
  }
  const tooNew = range.below !== undefined && isAtLeast(release, range.below);
  const fits = isAtLeast(release, range.from) && !tooNew;
  return fits ? [] : [`${where} has ${image}, which is Calico ${release}`];
}

function isReady({ status }: KubeObject): boolean {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.filter(isRecord).some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

const nodeImage = (podSpec: unknown): string | undefined =>
  containersOf(podSpec).find(({ name }) => name === NODE_CONTAINER)?.image;

function templateOf({ spec }: KubeObject): unknown {
  const template = isRecord(spec) ? spec.template : undefined;
  return isRecord(template) ? template.spec : undefined;
}

function desiredPods({ status }: KubeObject): number {
  return isRecord(status) && typeof status.desiredNumberScheduled === 'number'
    ? status.desiredNumberScheduled
    : 0;
}

/** Whether one of the pods is known to be of this release or a later one. */
export function hasRelease({ pods }: CalicoNodes, release: string): boolean {
  return pods.some(({ spec }) => {
    const found = releaseOfNodeImage(nodeImage(spec) ?? '');
    return found !== undefined && isAtLeast(found, release);
  });
}

/** The pods that are known to be of an older release, a line each. */
export function olderNodes({ pods }: CalicoNodes, release: string): readonly string[] {
  return pods.flatMap(pod => {
    const image = nodeImage(pod.spec) ?? '';
    const found = releaseOfNodeImage(image);
    return found !== undefined && !isAtLeast(found, release)
      ? [`Pod ${pod.metadata.name} has ${image}, which is Calico ${found}`]
      : [];
  });
}
