import type { Cluster, Pod, View } from './cluster.ts';
import { namedPorts, type PortClass, portCount, portText } from './ports.ts';
import { membersOf, type SourceClass, type SourceSet } from './source-classes.ts';
import { protectedPods, type Verdicts, visitVerdicts } from './verdicts.ts';

/** Connections that one view allows and the other forbids. */
export interface Difference {
  readonly sources: SourceClass;
  readonly destinations: readonly Pod[];
  readonly ports: readonly PortClass[];
  /** What the first view says; the second says the opposite. */
  readonly before: 'allowed' | 'forbidden';
}

/** Two views of a cluster, compared for every pair of a source and a pod, and every port that somebody names. */
export interface Comparison {
  /** Pairs of a source (every pod, and the outside of the cluster as one more) and a pod that policies protect. */
  readonly pairs: number;
  /** Ports that somebody names, and for each protocol one that stands for all others. */
  readonly ports: number;
  /** How many classes of connections stood for them. */
  readonly classes: number;
  /** Pairs and ports with another verdict. */
  readonly differing: number;
  /** The first of them, by classes. */
  readonly differences: readonly Difference[];
}

/** More are counted, and not kept. */
const DIFFERENCES_KEPT = 1_000;

/** Compares the verdicts of two views on every connection. */
export function compareViews(cluster: Cluster, before: View, after: View): Comparison {
  const found = new Map<string, Collected>();
  let classes = 0;
  let differing = 0;
  visitVerdicts(cluster, [before, after], verdicts => {
    classes += verdicts.sources.length;
    differing += collect(found, verdicts);
  });
  return {
    pairs: protectedPods(cluster).length * (cluster.pods.length + 1),
    ports: portCount(namedPorts(cluster, [before, after])),
    classes,
    differing,
    differences: [...found.values()],
  };
}

type Collected = Difference & { readonly ports: PortClass[] };

/** Adds what differs in one class of connections, ports of the same pods together; returns how many verdicts that is. */
function collect(found: Map<string, Collected>, verdicts: Verdicts): number {
  const { destinations, ports, sources, allowed } = verdicts;
  const [first, second] = allowed;
  if (!first || !second) return 0;
  let count = 0;
  for (const index of membersOf(different(first, second))) {
    const source = sources[index];
    if (!source) continue;
    count += sizeOf(source) * destinations.length * ports.count;
    const before = has(first, index) ? 'allowed' : 'forbidden';
    const [pod] = destinations;
    const key = `${before} ${index} ${pod?.namespace}/${pod?.name}`;
    const known = found.get(key);
    if (known) known.ports.push(ports);
    else if (found.size < DIFFERENCES_KEPT)
      found.set(key, { sources: source, destinations, ports: [ports], before });
  }
  return count;
}

const sizeOf = ({ pods, outside }: SourceClass): number => pods.length + (outside ? 1 : 0);

const has = (set: SourceSet, index: number): boolean => ((set[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;

const different = (a: SourceSet, b: SourceSet): SourceSet => a.map((word, at) => word ^ (b[at] ?? 0));

/** `web/a-1 and 12 more → shop/db-0: TCP 80, TCP 443: allowed before, forbidden after` */
export function differenceText({ sources, destinations, ports, before }: Difference): string {
  const [from, to] = [sourceText(sources), podsText(destinations)];
  const after = before === 'allowed' ? 'forbidden' : 'allowed';
  return `${from} → ${to}: ${ports.map(portText).join(', ')}: ${before} before, ${after} after`;
}

function sourceText({ pods, outside }: SourceClass): string {
  if (!outside) return podsText(pods);
  return pods.length === 0
    ? 'outside the cluster'
    : `outside the cluster and ${podsText(pods)} on the network of their nodes`;
}

function podsText(pods: readonly Pod[]): string {
  const [first] = pods;
  const others = pods.length > 1 ? ` and ${pods.length - 1} more` : '';
  return `${first?.namespace}/${first?.name}${others}`;
}
