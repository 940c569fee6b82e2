/** A manifest, what somebody else changes then (a strategic merge patch), and the next manifest. */
export interface ApplyCase {
  readonly name: string;
  readonly first: Manifest;
  readonly edit?: Readonly<Record<string, unknown>>;
  readonly second: Manifest;
}

/** Without the name and the namespace. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
};

const labels = { app: 'web' };

const workload = (kind: string, podSpec: object, spec: object = {}, metadata: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  metadata,
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec }, ...spec },
});

const container = (name: string, fields: object = {}) => ({ name, image: `${name}:1`, ...fields });

const withContainer = (fields: object, spec?: object) =>
  workload('Deployment', { containers: [container('web', fields)] }, spec);

const env = (...names: string[]) => names.map(name => ({ name, value: `of ${name}` }));

const editWeb = (fields: object) => ({
  spec: { template: { spec: { containers: [{ name: 'web', ...fields }] } } },
});

const port = (number: number, fields: object = {}) => ({ name: `p${number}`, port: number, ...fields });

const service = (...ports: object[]): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {},
  spec: { selector: labels, ports },
});

const rules = (...resources: string[]): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1beta1',
  kind: 'ClusterRole',
  metadata: {},
  rules: resources.map(resource => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })),
});

const binding = (...names: string[]): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: {},
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: names.map(name => ({ kind: 'ServiceAccount', name, namespace: 'default' })),
});

const account = (fields: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {},
  ...fields,
});

const configMap = (data: object, metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data,
});

const widget = (spec: object): Manifest => ({
  apiVersion: 'test.example.com/v1',
  kind: 'Widget',
  metadata: {},
  spec,
});

export const APPLY_CASES: readonly ApplyCase[] = [
  {
    name: 'a key that is removed goes, one of somebody else stays',
    first: configMap({ a: '1', b: '2' }),
    edit: { data: { other: 'x', a: 'edited' } },
    second: configMap({ a: '1', c: '<&>' }),
  },
  {
    name: 'labels and annotations',
    first: configMap({}, { labels: { a: '1', b: '2' }, annotations: { note: 'old', gone: 'x' } }),
    edit: { metadata: { labels: { other: 'x' }, annotations: { theirs: 'y' } } },
    second: configMap({}, { labels: { a: '2' }, annotations: { note: 'new' } }),
  },
  {
    name: 'variables by name, in the order of the manifest',
    first: withContainer({ env: env('A', 'B', 'C') }),
    edit: editWeb({ env: [{ name: 'X', value: 'theirs' }] }),
    second: withContainer({ env: env('D', 'C', 'A') }),
  },
  {
    name: 'a variable gets another source',
    first: withContainer({ env: env('NODE') }),
    second: withContainer({
      env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    }),
  },
  {
    name: 'containers by name, with init containers',
    first: workload('DaemonSet', {
      initContainers: [container('prepare')],
      containers: [container('web'), container('old')],
    }),
    edit: editWeb({ image: 'theirs:1' }),
    second: workload('DaemonSet', {
      initContainers: [container('other'), container('prepare')],
      containers: [container('new'), container('web')],
    }),
  },
  {
    name: 'a container of somebody else stays',
    first: withContainer({}),
    edit: { spec: { template: { spec: { containers: [container('sidecar')] } } } },
    second: withContainer({ image: 'web:2' }),
  },
  {
    name: 'a strategy that becomes Recreate',
    first: withContainer({}, { strategy: { rollingUpdate: { maxSurge: 2 } } }),
    second: withContainer({}, { strategy: { type: 'Recreate' } }),
  },
  {
    name: 'the strategy of a DaemonSet that becomes OnDelete',
    first: workload('DaemonSet', { containers: [container('web')] }),
    second: workload(
      'DaemonSet',
      { containers: [container('web')] },
      { updateStrategy: { type: 'OnDelete' } },
    ),
  },
  {
    name: 'a volume that becomes another',
    first: workload('Deployment', {
      containers: [container('web', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'w', hostPath: { path: '/w' } },
      ],
    }),
    edit: { spec: { template: { spec: { volumes: [{ name: 'x', emptyDir: {} }] } } } },
    second: workload('Deployment', {
      containers: [container('web', { volumeMounts: [{ name: 'v', mountPath: '/u', readOnly: true }] })],
      volumes: [{ name: 'v', hostPath: { path: '/v' } }],
    }),
  },
  {
    name: 'tolerations are one, pull secrets and host aliases are not',
    first: workload('DaemonSet', {
      containers: [container('web')],
      tolerations: [{ key: 'a', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'one' }],
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }],
    }),
    edit: {
      spec: {
        template: {
          spec: {
            tolerations: [{ key: 'theirs', operator: 'Exists' }],
            imagePullSecrets: [{ name: 'theirs' }],
            hostAliases: [{ ip: '10.0.0.9', hostnames: ['z'] }],
          },
        },
      },
    },
    second: workload('DaemonSet', {
      containers: [container('web')],
      tolerations: [{ key: 'b', operator: 'Exists' }],
      imagePullSecrets: [{ name: 'two' }],
      hostAliases: [{ ip: '10.0.0.1', hostnames: ['b'] }],
    }),
  },
  {
    name: 'ports of a container, quantities, arguments and capabilities',
    first: withContainer({
      ports: [{ containerPort: 80 }, { containerPort: 81, name: 'old' }],
      resources: { requests: { cpu: '0.25', memory: '64Mi' } },
      args: ['a', 'b'],
      securityContext: { capabilities: { add: ['NET_ADMIN'] } },
    }),
    edit: editWeb({ ports: [{ containerPort: 99 }], resources: { limits: { cpu: '2' } } }),
    second: withContainer({
      ports: [{ containerPort: 80, name: 'http' }],
      resources: { requests: { cpu: 0.5 } },
      args: ['c'],
      securityContext: { capabilities: { add: ['NET_RAW'] } },
    }),
  },
  {
    name: 'null removes a field of anybody, and an empty status does nothing',
    first: workload('Deployment', { containers: [container('web')], nodeSelector: { a: 'b' } }),
    edit: { spec: { template: { spec: { priorityClassName: 'system-node-critical' } } } },
    second: {
      ...workload(
        'Deployment',
        { containers: [container('web')], nodeSelector: null, priorityClassName: null },
        {},
        { creationTimestamp: null },
      ),
      status: {},
    },
  },
  {
    name: 'ports of a Service',
    first: service(port(80), port(81)),
    edit: { spec: { ports: [port(90)] } },
    second: service(port(82), port(80, { targetPort: 8080 })),
  },
  {
    name: 'rules of a role are one',
    first: rules('pods', 'nodes'),
    edit: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] },
    second: rules('pods', 'services'),
  },
  { name: 'subjects of a binding are one', first: binding('a', 'b'), second: binding('b', 'c') },
  {
    name: 'secrets of a service account by name, its pull secrets as one',
    first: account({ secrets: [{ name: 'a' }, { name: 'b' }], imagePullSecrets: [{ name: 'p' }] }),
    edit: { secrets: [{ name: 'x' }], imagePullSecrets: [{ name: 'theirs' }] },
    second: account({ secrets: [{ name: 'c' }, { name: 'a' }], imagePullSecrets: [{ name: 'q' }] }),
  },
  {
    name: 'an object of a CustomResourceDefinition: each list is one',
    first: widget({ list: [{ name: 'a', n: 1 }, { name: 'b' }], gone: 1, deep: { a: 1, b: 2 } }),
    second: widget({ list: [{ name: 'b', n: 2 }], deep: { a: null, c: 3 }, none: null }),
  },
];
