import type { KubeObject } from './object.ts';

/** How the fields of an object are merged. What no rule is for: maps field by field, lists as a whole. */
export interface MergeRules {
  /** Of a list: the fields that identify an item. */
  readonly keys?: readonly string[];
  /** Of a list: it is a set of texts. */
  readonly set?: true;
  /** Of a map: only one of its fields makes sense at a time, so that none stays which is not wanted. */
  readonly whole?: true;
  readonly fields?: Readonly<Record<string, MergeRules>>;
}

/** What a field of a key is where it is not given. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** What identifies an item of a list; undefined where it lacks the field. */
export function itemKey(
  item: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): string | undefined {
  const values = keys.map(key => item[key] ?? KEY_DEFAULTS[key]);
  return values.includes(undefined) ? undefined : JSON.stringify(values);
}

const BY_NAME: MergeRules = { keys: ['name'] };

const CONTAINERS: MergeRules = {
  keys: ['name'],
  fields: {
    env: BY_NAME,
    ports: { keys: ['containerPort', 'protocol'] },
    volumeMounts: { keys: ['mountPath'] },
    volumeDevices: { keys: ['devicePath'] },
  },
};

const METADATA: MergeRules = {
  fields: { finalizers: { set: true }, ownerReferences: { keys: ['uid'] } },
};

const POD_SPEC: MergeRules = {
  fields: {
    containers: CONTAINERS,
    initContainers: CONTAINERS,
    volumes: { keys: ['name'], whole: true },
    imagePullSecrets: BY_NAME,
    hostAliases: { keys: ['ip'] },
    topologySpreadConstraints: { keys: ['topologyKey'] },
  },
};

const POD_TEMPLATE: MergeRules = { fields: { metadata: METADATA, spec: POD_SPEC } };

const withTemplate = (fields: MergeRules['fields'] = {}): MergeRules => ({
  fields: { ...fields, template: POD_TEMPLATE },
});

const WORKLOAD = { spec: withTemplate() };

/** The fields of a kind, as the strategic merge patch of Kubernetes has them, with protocol in the keys of ports, too. */
const KINDS: Readonly<Record<string, Readonly<Record<string, MergeRules>>>> = {
  CronJob: { spec: { fields: { jobTemplate: { fields: WORKLOAD } } } },
  DaemonSet: WORKLOAD,
  Deployment: { spec: withTemplate({ strategy: { whole: true } }) },
  Job: WORKLOAD,
  MutatingWebhookConfiguration: { webhooks: BY_NAME },
  Pod: { spec: POD_SPEC },
  ReplicaSet: WORKLOAD,
  ReplicationController: WORKLOAD,
  Service: { spec: { fields: { ports: { keys: ['port', 'protocol'] } } } },
  ServiceAccount: { secrets: BY_NAME },
  StatefulSet: WORKLOAD,
  ValidatingWebhookConfiguration: { webhooks: BY_NAME },
};

/** Groups whose objects kubectl has no own types of, beside those of CustomResourceDefinitions. */
const WITHOUT_TYPES = ['apiextensions.k8s.io', 'apiregistration.k8s.io'];

/** Whether it is a kind of Kubernetes itself, whose status only the server writes. */
export function isBuiltIn({ apiVersion = '' }: KubeObject): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** How the objects of a kind are merged. */
export function mergeRulesOf(object: KubeObject): MergeRules {
  const [group = ''] = object.apiVersion?.split('/') ?? [];
  const hasTypes = isBuiltIn(object) && !WITHOUT_TYPES.includes(group);
  const fields = hasTypes ? KINDS[object.kind ?? ''] : undefined;
  return { fields: { ...fields, ...(hasTypes && { metadata: METADATA }) } };
}
