import type { Cluster, ContainerPort, View } from './cluster.ts';
import type { IngressRule, PortRule } from './policy.ts';

/**
 * Ports that no rule for some pods can tell apart: one by its number, or all others of a protocol. `OTHER` stands for
 * the protocols that no rule can name, such as ICMP.
 */
export interface PortClass {
  readonly protocol: string;
  /** Undefined: every port of the protocol that is in no class of its own. */
  readonly port: number | undefined;
  /** How many it stands for of the ports that somebody names; one more where it is all others of a protocol. */
  readonly count: number;
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'OTHER'] as const;

/** Every port that a policy or a container names, by protocol. */
export type NamedPorts = ReadonlyMap<string, ReadonlySet<number>>;

export function namedPorts({ pods }: Cluster, views: readonly View[]): NamedPorts {
  const named = new Map<string, Set<number>>(PROTOCOLS.map(protocol => [protocol, new Set()]));
  const rules = views.flatMap(({ policies }) => policies.flatMap(policy => policy.rules));
  for (const { protocol, port } of [
    ...pods.flatMap(pod => pod.ports),
    ...rules.flatMap(rule => rule.ports ?? []),
  ]) {
    if (typeof port !== 'number') continue;
    const known = named.get(protocol);
    if (known) known.add(port);
    else named.set(protocol, new Set([port]));
  }
  return named;
}

/** How many ports are compared: those named, and for each protocol one that stands for all others. */
export const portCount = (named: NamedPorts): number =>
  named.size + [...named.values()].reduce((sum, ports) => sum + ports.size, 0);

/** The ports that these rules tell apart on a pod with these container ports. */
export function portClasses(
  rules: readonly IngressRule[],
  containerPorts: readonly ContainerPort[],
  named: NamedPorts,
): readonly PortClass[] {
  const apart = new Map([...named.keys()].map(protocol => [protocol, new Set<number>()]));
  for (const rule of rules.flatMap(({ ports }) => ports ?? [])) {
    for (const number of numbersOf(rule, containerPorts)) apart.get(rule.protocol)?.add(number);
  }
  return [...apart].flatMap(([protocol, numbers]) => {
    const others = named.get(protocol)?.size ?? 0;
    return [
      ...[...numbers].map(port => ({ protocol, port, count: 1 })),
      { protocol, port: undefined, count: others - numbers.size + 1 },
    ];
  });
}

/** The numbers that a rule opens on a pod; a name that no container of the pod has opens none. */
function numbersOf(
  { protocol, port }: PortRule,
  containerPorts: readonly ContainerPort[],
): readonly number[] {
  if (port === undefined) return [];
  if (typeof port === 'number') return [port];
  return containerPorts
    .filter(candidate => candidate.name === port && candidate.protocol === protocol)
    .map(candidate => candidate.port);
}

/** Whether a rule opens a class of ports on a pod with these container ports. */
export function opens(
  { ports }: IngressRule,
  { protocol, port }: PortClass,
  containerPorts: readonly ContainerPort[],
): boolean {
  if (!ports) return true;
  return ports.some(rule => {
    if (rule.protocol !== protocol) return false;
    if (rule.port === undefined) return true;
    return port !== undefined && numbersOf(rule, containerPorts).includes(port);
  });
}

/** The names by which these rules open ports. */
export const portNames = (rules: readonly IngressRule[]): ReadonlySet<number | string | undefined> =>
  new Set(rules.flatMap(({ ports }) => ports ?? []).map(({ port }) => port));

/** `TCP 80`, `every other UDP port`, `every other protocol`. */
export function portText({ protocol, port }: Pick<PortClass, 'protocol' | 'port'>): string {
  if (protocol === 'OTHER') return 'every other protocol';
  return port === undefined ? `every other ${protocol} port` : `${protocol} ${port}`;
}
