import fc from 'fast-check';
import type { KubeObject } from '../../../../../jobs/lib/kubernetes/object.ts';
import type { World } from './brute-force.ts';

const DENY = '{"ingress":{"isolation":"DefaultDeny"}}';

/** What namespaces are annotated with; every Kubernetes datastore reads them alike. */
const ANNOTATIONS = [
  undefined,
  DENY,
  DENY,
  '{ "ingress": { "isolation": "DefaultDeny" }, "egress": {} }',
  '{"ingress":{"isolation":"defaultdeny"}}',
  '{"ingress":{}}',
  '{}',
  '{"ingress":',
];

const NAMESPACES = ['shop', 'web', 'kube-system'];
const KEYS = ['app', 'tier'];
const VALUES = ['a', 'b'];
const PORT_NAMES = ['http', 'dns'];
const PORTS = [53, 80, 443];
const PROTOCOLS = ['TCP', 'UDP'];

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });

const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1 }),
  }),
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

/** As an API server stores them: empty parts left out, or given and empty. */
const selector = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 2 }) },
  { requiredKeys: [] },
);

const peer = fc.oneof(
  { weight: 4, arbitrary: fc.record({ podSelector: selector }) },
  { weight: 4, arbitrary: fc.record({ namespaceSelector: selector }) },
  { weight: 1, arbitrary: fc.record({ podSelector: selector, namespaceSelector: selector }) },
  { weight: 1, arbitrary: fc.constant({ ipBlock: { cidr: '10.0.0.0/8' } }) },
);

const port = fc.record(
  {
    protocol: fc.constantFrom(...PROTOCOLS),
    port: fc.oneof(fc.constantFrom(...PORTS, 8080), fc.constantFrom(...PORT_NAMES, 'nowhere')),
  },
  { requiredKeys: [] },
);

const rule = fc.record(
  { from: fc.array(peer, { maxLength: 3 }), ports: fc.array(port, { maxLength: 3 }) },
  { requiredKeys: [] },
);

const spec = fc.record(
  {
    podSelector: fc.oneof(fc.constant({}), selector),
    ingress: fc.oneof(fc.constant(null), fc.array(rule, { maxLength: 3 })),
    policyTypes: fc.constantFrom(['Ingress'], ['Ingress', 'Egress'], ['Egress']),
  },
  { requiredKeys: ['podSelector'] },
);

const policies = fc
  .uniqueArray(
    fc.record({
      namespace: fc.constantFrom(...NAMESPACES),
      name: fc.constantFrom('default-deny', 'one', 'two', 'three', 'four'),
      spec,
    }),
    { maxLength: 8, selector: ({ namespace, name }) => `${namespace}/${name}` },
  )
  .map(all => all.map(({ namespace, name, spec: own }) => policyObject(namespace, name, own)));

/** A NetworkPolicy as a list of an API server has it. */
export function policyObject(namespace: string, name: string, own: unknown): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name },
    spec: own,
  };
}

const namespaces = fc
  .tuple(...NAMESPACES.map(name => fc.record({ name: fc.constant(name), labels, annotation: annotation() })))
  .map(all => all.map(({ name, labels: own, annotation: text }) => namespaceObject(name, own, text)));

function annotation() {
  return fc.constantFrom(...ANNOTATIONS);
}

/** A Namespace with this text as the annotation that isolates, or without it. */
export function namespaceObject(
  name: string,
  own: Readonly<Record<string, string>>,
  text: string | undefined,
): KubeObject {
  const annotations = text === undefined ? {} : { 'net.beta.kubernetes.io/network-policy': text };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: own, annotations } };
}

const containerPort = fc.record(
  {
    containerPort: fc.constantFrom(...PORTS, 9090),
    name: fc.constantFrom(...PORT_NAMES),
    protocol: fc.constantFrom(...PROTOCOLS),
  },
  { requiredKeys: ['containerPort'] },
);

const pods = fc
  .array(
    fc.record({
      namespace: fc.constantFrom(...NAMESPACES),
      labels,
      hostNetwork: fc.constantFrom(false, false, false, false, true),
      ports: fc.array(containerPort, { maxLength: 2 }),
    }),
    { maxLength: 12 },
  )
  .map(all =>
    all.map(({ namespace, labels: own, hostNetwork, ports }, index): KubeObject => {
      const metadata = { namespace, name: `pod-${index}`, labels: own };
      return { metadata, spec: { hostNetwork, containers: [{ name: 'main', ports }] } };
    }),
  );

/** Small clusters in which everything meets everything. */
export const arbitraryWorld: fc.Arbitrary<World> = fc.record({ namespaces, pods, policies });
