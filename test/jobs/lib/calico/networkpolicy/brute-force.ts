import { isRecord, type KubeObject } from '../../../../../jobs/lib/kubernetes/object.ts';

/**
 * Kubernetes objects of a cluster, as an API server stores them. This file is the oracle of the model in
 * jobs/lib/calico/networkpolicy: it shares nothing with it, and asks one connection after the other.
 */
export interface World {
  readonly namespaces: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly policies: readonly KubeObject[];
}

/** A pod of the world, or anything outside the cluster. */
export type Source = KubeObject | 'outside';

export type Rules = 'annotation' | 'v1';

/** Whether a connection is let in. */
export function isAllowed(
  { namespaces, policies }: World,
  rules: Rules,
  from: Source,
  to: KubeObject,
  protocol: string,
  port: number,
): boolean {
  const selecting = policies
    .filter(({ metadata }) => metadata.namespace === to.metadata.namespace)
    .filter(({ spec }) => matches(field(spec, 'podSelector'), to.metadata.labels));
  const open = (policy: KubeObject): boolean =>
    items(field(policy.spec, 'ingress')).some(
      rule =>
        fromMatches(rule, policy, from, namespaces) &&
        portMatches(items(field(rule, 'ports')), to, protocol, port),
    );
  if (rules === 'annotation') {
    return !isIsolated(namespaces, to) || selecting.some(open);
  }
  const acting = selecting.filter(({ spec }) => {
    const types = items(field(spec, 'policyTypes'));
    return types.length === 0 || types.includes('Ingress');
  });
  return acting.length === 0 || acting.some(open);
}

/** For the generated annotations, which are plain. */
function isIsolated(namespaces: readonly KubeObject[], { metadata }: KubeObject): boolean {
  const own = namespaces.find(namespace => namespace.metadata.name === metadata.namespace);
  const text = own?.metadata.annotations?.['net.beta.kubernetes.io/network-policy'];
  try {
    return field(field(JSON.parse(text ?? '{}'), 'ingress'), 'isolation') === 'DefaultDeny';
  } catch {
    return false;
  }
}

function fromMatches(
  rule: unknown,
  policy: KubeObject,
  from: Source,
  namespaces: readonly KubeObject[],
): boolean {
  const peers = items(field(rule, 'from'));
  if (peers.length === 0) return true;
  return peers.some(peer => {
    const [pods, spaces] = [field(peer, 'podSelector'), field(peer, 'namespaceSelector')];
    if (!pods && !spaces) return true;
    if (from === 'outside' || field(from.spec, 'hostNetwork') === true) return false;
    if (pods) {
      return from.metadata.namespace === policy.metadata.namespace && matches(pods, from.metadata.labels);
    }
    const home = namespaces.find(({ metadata }) => metadata.name === from.metadata.namespace);
    return matches(spaces, home?.metadata.labels);
  });
}

function portMatches(ports: readonly unknown[], to: KubeObject, protocol: string, port: number): boolean {
  if (ports.length === 0) return true;
  return ports.some(entry => {
    if ((field(entry, 'protocol') ?? 'TCP') !== protocol) return false;
    const wanted = field(entry, 'port') ?? undefined;
    if (wanted === undefined || wanted === port) return true;
    return containerPortsOf(to).some(
      candidate => candidate.name === wanted && candidate.port === port && candidate.protocol === protocol,
    );
  });
}

/** The ports that the containers of a pod declare. */
export function containerPortsOf({ spec }: KubeObject) {
  return items(field(spec, 'containers'))
    .flatMap(container => items(field(container, 'ports')))
    .map(entry => ({
      name: field(entry, 'name'),
      protocol: String(field(entry, 'protocol') ?? 'TCP'),
      port: Number(field(entry, 'containerPort')),
    }));
}

function matches(selector: unknown, labels: Readonly<Record<string, string>> = {}): boolean {
  const equal = field(selector, 'matchLabels');
  for (const [key, value] of Object.entries(isRecord(equal) ? equal : {})) {
    if (labels[key] !== value) return false;
  }
  for (const expression of items(field(selector, 'matchExpressions'))) {
    const key = String(field(expression, 'key'));
    const listed = items(field(expression, 'values')).includes(labels[key]);
    const met = new Map<unknown, boolean>([
      ['In', listed],
      ['NotIn', !listed],
      ['Exists', key in labels],
      ['DoesNotExist', !(key in labels)],
    ]);
    if (!met.get(field(expression, 'operator'))) return false;
  }
  return true;
}

/** Every port that a policy or a container names, and one of each protocol that nobody names. */
export function portsToAsk({
  pods,
  policies,
}: World): readonly (readonly [protocol: string, port: number])[] {
  const named = [
    ...pods.flatMap(containerPortsOf),
    ...policies
      .flatMap(({ spec }) => items(field(spec, 'ingress')))
      .flatMap(rule => items(field(rule, 'ports')))
      .map(entry => ({
        protocol: String(field(entry, 'protocol') ?? 'TCP'),
        port: field(entry, 'port'),
      })),
  ];
  const keys = named
    .filter(({ port }) => typeof port === 'number')
    .map(({ protocol, port }) => `${protocol} ${port}`);
  return [...new Set([...keys, ...['TCP', 'UDP', 'SCTP', 'OTHER'].map(protocol => `${protocol} 65000`)])].map(
    key => {
      const [protocol = '', port] = key.split(' ');
      return [protocol, Number(port)] as const;
    },
  );
}

const field = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined);

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
