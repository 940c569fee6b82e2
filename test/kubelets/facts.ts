import * as v from 'valibot';

const labels = v.optional(v.record(v.string(), v.string()), {});

const condition = v.object({ type: v.string(), status: v.string() });
const conditions = v.optional(v.array(condition), []);

const matchFields = v.array(v.object({ key: v.string(), values: v.optional(v.array(v.string()), []) }));
const nodeSelectorTerms = v.array(v.object({ matchFields: v.optional(matchFields, []) }));
const required = v.optional(v.object({ nodeSelectorTerms }));
const affinity = v.object({
  nodeAffinity: v.optional(v.object({ requiredDuringSchedulingIgnoredDuringExecution: required })),
});

const toleration = v.object({
  key: v.optional(v.string()),
  operator: v.optional(v.string()),
  effect: v.optional(v.string()),
});

const container = v.object({
  name: v.string(),
  image: v.string(),
  imagePullPolicy: v.optional(v.string(), 'IfNotPresent'),
});

const podSchema = v.object({
  metadata: v.object({
    name: v.string(),
    namespace: v.string(),
    uid: v.string(),
    labels,
    deletionTimestamp: v.optional(v.string()),
    deletionGracePeriodSeconds: v.optional(v.number()),
    ownerReferences: v.optional(v.array(v.object({ kind: v.string(), name: v.string() })), []),
  }),
  spec: v.object({
    nodeName: v.optional(v.string()),
    nodeSelector: labels,
    affinity: v.optional(affinity),
    tolerations: v.optional(v.array(toleration), []),
    initContainers: v.optional(v.array(container), []),
    containers: v.array(container),
    restartPolicy: v.picklist(['Always', 'OnFailure', 'Never']),
    hostNetwork: v.optional(v.boolean(), false),
  }),
  status: v.object({ phase: v.optional(v.string(), ''), conditions }),
});

const nodeSchema = v.object({
  metadata: v.object({ name: v.string(), uid: v.string(), labels }),
  spec: v.object({
    unschedulable: v.optional(v.boolean(), false),
    taints: v.optional(v.array(v.object({ key: v.string(), effect: v.string() })), []),
  }),
  status: v.object({ conditions }),
});

export type Container = v.InferOutput<typeof container>;
export type Toleration = v.InferOutput<typeof toleration>;
export type Taint = v.InferOutput<typeof nodeSchema>['spec']['taints'][number];

/** What is kept of a pod: there may be thousands. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  /** Undefined until it is bound. */
  readonly node: string | undefined;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Where a DaemonSet's pod has to go. */
  readonly onlyNode: string | undefined;
  readonly tolerations: readonly Toleration[];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly hostNetwork: boolean;
  readonly phase: string;
  readonly ready: boolean;
  /** The grace period of its deletion, in milliseconds; undefined unless it is being deleted. */
  readonly deletingMs: number | undefined;
}

/** What is kept of a Node. */
export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cordoned: boolean;
  readonly taints: readonly Taint[];
  readonly ready: boolean;
}

type Conditions = v.InferOutput<typeof conditions>;

const isReady = (all: Conditions): boolean =>
  all.some(({ type, status }) => type === 'Ready' && status === 'True');

/** Throws where it is not a pod as the API server sends it. */
export function podFacts(object: unknown): PodFacts {
  const { metadata, spec, status } = v.parse(podSchema, object);
  const { name, namespace, uid, ownerReferences } = metadata;
  const { nodeSelector, tolerations, initContainers, containers, restartPolicy, hostNetwork } = spec;
  return {
    ...{ name, namespace, uid, labels: metadata.labels, owner: ownerReferences[0] },
    ...{ node: spec.nodeName, nodeSelector, onlyNode: onlyNode(spec.affinity), tolerations },
    ...{ initContainers, containers, restartPolicy, hostNetwork, phase: status.phase },
    ready: isReady(status.conditions),
    deletingMs: metadata.deletionTimestamp ? (metadata.deletionGracePeriodSeconds ?? 0) * 1000 : undefined,
  };
}

function onlyNode(given: v.InferOutput<typeof affinity> | undefined): string | undefined {
  const terms = given?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(term => term.matchFields);
  return fields.find(({ key }) => key === 'metadata.name')?.values[0];
}

/** Throws where it is not a Node as the API server sends it. */
export function nodeFacts(object: unknown): NodeFacts {
  const { metadata, spec, status } = v.parse(nodeSchema, object);
  const { name, uid } = metadata;
  return {
    ...{ name, uid, labels: metadata.labels, cordoned: spec.unschedulable, taints: spec.taints },
    ready: isReady(status.conditions),
  };
}
