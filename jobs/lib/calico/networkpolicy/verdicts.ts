import type { Cluster, ContainerPort, Namespace, Pod, Semantics, View } from './cluster.ts';
import { selects } from './label-selector.ts';
import type { IngressRule, Policy } from './policy.ts';
import { type NamedPorts, namedPorts, opens, type PortClass, portClasses, portNames } from './ports.ts';
import {
  addAll,
  type PodsByNamespace,
  podsByNamespace,
  type SourceClass,
  type SourceSet,
  type Sources,
  sourcesOf,
} from './source-classes.ts';

/** Connections that no policy can tell apart: into these pods, on these ports, and from whom each view lets them come. */
export interface Verdicts {
  readonly destinations: readonly Pod[];
  readonly ports: PortClass;
  readonly sources: readonly SourceClass[];
  /** For each view, in their order, the sources that are let in. */
  readonly allowed: readonly SourceSet[];
}

/**
 * Computes, for every pod, every port that somebody names and every source, whether each of the views allows the
 * connection. By classes: the time grows with the kinds of pods in a namespace, not with the pairs of pods.
 */
export function visitVerdicts(
  cluster: Cluster,
  views: readonly View[],
  visit: (verdicts: Verdicts) => void,
): void {
  const pods = podsByNamespace(cluster);
  const named = namedPorts(cluster, views);
  const byNamespace = views.map(({ semantics, policies }) => ({
    semantics,
    policies: Map.groupBy(policies, ({ namespace }) => namespace),
  }));
  for (const namespace of cluster.namespaces) {
    const own = byNamespace.map(({ semantics, policies }) => ({
      semantics,
      policies: policies.get(namespace.name) ?? [],
    }));
    visitNamespace(namespace, own, { cluster, pods, named }, visit);
  }
}

/** The pods whose connections are decided on: not those on the network of their node, and none that is going away. */
export function protectedPods({ namespaces, pods }: Cluster): readonly Pod[] {
  const living = new Set(namespaces.filter(({ terminating }) => !terminating).map(({ name }) => name));
  return pods.filter(({ namespace, hostNetwork }) => !hostNetwork && living.has(namespace));
}

interface Surroundings {
  readonly cluster: Cluster;
  readonly pods: PodsByNamespace;
  readonly named: NamedPorts;
}

/** The same with policies of one namespace only. */
function visitNamespace(
  namespace: Namespace,
  views: readonly View[],
  { cluster, pods, named }: Surroundings,
  visit: (verdicts: Verdicts) => void,
): void {
  const own = namespace.terminating ? [] : (pods.selectable.get(namespace.name) ?? []);
  if (own.length === 0) return;
  const policies = [...new Set(views.flatMap(view => view.policies))];
  const rules = policies.flatMap(policy => policy.rules);
  const peers = rules.flatMap(rule => rule.peers);
  const sources = sourcesOf(namespace.name, peers, cluster.namespaces, pods);
  const fromRule = new Map(rules.map(rule => [rule, sourcesOfRule(rule, sources)]));
  for (const destination of destinationClasses(own, policies, rules)) {
    const deciding = views.map(view => decisionFor(view, namespace, destination.selecting));
    const relevant = [...new Set(deciding.flatMap(({ rules: some }) => some))];
    for (const ports of portClasses(relevant, destination.ports, named)) {
      const allowed = deciding.map(({ open, rules: some }) =>
        open ? sources.all : union(some, rule => opens(rule, ports, destination.ports), fromRule, sources),
      );
      visit({ destinations: destination.pods, ports, sources: sources.classes, allowed });
    }
  }
}

interface DestinationClass {
  readonly pods: readonly Pod[];
  /** The policies that select them. */
  readonly selecting: ReadonlySet<Policy>;
  /** Their container ports that a rule names. */
  readonly ports: readonly ContainerPort[];
}

/** Sorts the pods of a namespace by the policies that select them and the ports that names lead to. */
function destinationClasses(
  pods: readonly Pod[],
  policies: readonly Policy[],
  rules: readonly IngressRule[],
): readonly DestinationClass[] {
  const names = portNames(rules);
  const classes = new Map<string, DestinationClass & { readonly pods: Pod[] }>();
  for (const pod of pods) {
    const chosen = policies.map(policy => selects(policy.pods, pod.labels));
    const ports = pod.ports.filter(({ name }) => name !== undefined && names.has(name));
    const key = JSON.stringify([chosen.map(Number).join(''), ports]);
    const known = classes.get(key);
    if (known) known.pods.push(pod);
    else classes.set(key, { pods: [pod], ports, selecting: new Set(policies.filter((_, at) => chosen[at])) });
  }
  return [...classes.values()];
}

/** What decides on connections into some pods under one view: everything is open, or some rules are. */
interface Decision {
  readonly open: boolean;
  readonly rules: readonly IngressRule[];
}

/** The two semantics, in one place (networkpolicy reference, sections 2 and 3). */
function decisionFor(
  { semantics, policies }: View,
  { isolated }: Namespace,
  selecting: ReadonlySet<Policy>,
): Decision {
  const acting = policies.filter(policy => selecting.has(policy) && acts(policy, semantics));
  const open = semantics === 'annotation' ? !isolated : acting.length === 0;
  return { open, rules: open ? [] : acting.flatMap(({ rules }) => rules) };
}

/** Before v1, policyTypes was not known. */
const acts = ({ appliesToIngress }: Policy, semantics: Semantics): boolean =>
  semantics === 'annotation' || appliesToIngress;

function sourcesOfRule({ peers }: IngressRule, sources: Sources): SourceSet {
  const set = new Uint32Array(sources.all.length);
  for (const peer of peers) addAll(set, sources.ofPeer(peer));
  return set;
}

function union(
  rules: readonly IngressRule[],
  isOpen: (rule: IngressRule) => boolean,
  fromRule: ReadonlyMap<IngressRule, SourceSet>,
  { all }: Sources,
): SourceSet {
  const set = new Uint32Array(all.length);
  for (const rule of rules) {
    const from = isOpen(rule) ? fromRule.get(rule) : undefined;
    if (from) addAll(set, from);
  }
  return set;
}
