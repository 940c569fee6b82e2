import { isDeepStrictEqual } from 'node:util';
import { convertTprs } from '../../../../jobs/lib/calico/convert.ts';
import { decideExisting } from '../../../../jobs/lib/calico/existing.ts';
import { copiedMetadata } from '../../../../jobs/lib/calico/metadata.ts';
import { nodePeerPatch, planNodePeers } from '../../../../jobs/lib/calico/node-peers.ts';
import { valueText } from '../../../../jobs/lib/calico/object-text.ts';
import { isRecord, type KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { byCrdPlural, byTprName, type RecordedNode, type Recording } from './recordings.ts';

export interface Outcome {
  /** `IpPool kube-system/x: spec.value.cidr`, what is refused and where. */
  readonly refused: readonly string[];
  /** `IPPool x: only recorded`, each difference between our objects and the recorded ones. */
  readonly differs: readonly string[];
}

/**
 * Our result on the data of a recording, as with `--skip-invalid --on-conflict overwrite`, which is nearest to what
 * the official job did, compared with the recorded result.
 */
export function outcomeOf(recording: Recording): Outcome {
  const conversion = convertTprs(byTprName(recording.tprs), { targetVersion: '2.5.1' });
  const before = recording.before ?? [];
  const actions = decideExisting(conversion.objects, byCrdPlural(before), { onConflict: 'overwrite' });
  const ours = [
    ...before.map(({ object }) => object),
    ...actions.create.map(({ object }) => object),
    ...actions.update.map(({ replacement }) => replacement),
  ];
  const nodes = nodesAfterUs(recording.nodes ?? []);
  return {
    refused: [...conversion.problems, ...nodes.problems].map(({ object, field }) =>
      field ? `${object}: ${field}` : object,
    ),
    differs: recordedDifferences(recording, ours, nodes.after),
  };
}

/** Each difference between these CRD objects and Nodes and the recorded result; of equal names the last object counts. */
export function recordedDifferences(
  recording: Recording,
  crdObjects: readonly KubeObject[],
  nodes: readonly AnnotatedNode[],
): readonly string[] {
  return [
    ...compareMaps(index(crdObjects), index(recording.crds.map(({ object }) => object))),
    ...compareMaps(annotationsOf(nodes), annotationsOf(recording.nodesAfter ?? [])),
  ];
}

interface AnnotatedNode {
  readonly name: string;
  readonly annotations: Readonly<Record<string, unknown>>;
}

function nodesAfterUs(nodes: readonly RecordedNode[]) {
  const { plans, problems } = planNodePeers(
    nodes.map(({ name, annotations }) => ({ metadata: { name, annotations } })),
  );
  const patches = new Map(plans.map(plan => [plan.node, nodePeerPatch(plan).metadata]));
  const patched = nodes.map(node => {
    const patch = patches.get(node.name);
    const changes = isRecord(patch) && isRecord(patch.annotations) ? patch.annotations : {};
    return { name: node.name, annotations: { ...node.annotations, ...changes } };
  });
  return { problems, after: patched };
}

function annotationsOf(nodes: readonly AnnotatedNode[]): Map<string, unknown> {
  const entries = nodes.flatMap(({ name, annotations }) =>
    Object.entries(annotations).map(([key, value]) => [`Node ${name} ${key}`, value] as const),
  );
  return new Map(entries.filter(([, value]) => value !== null));
}

function index(objects: readonly KubeObject[]): Map<string, unknown> {
  return new Map(objects.map(object => [crdKey(object), comparable(object)]));
}

function crdKey({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

function comparable({ apiVersion, kind, metadata, spec }: KubeObject): unknown {
  return { apiVersion, kind, metadata: copiedMetadata(metadata, metadata.name), spec };
}

function compareMaps(ours: ReadonlyMap<string, unknown>, recorded: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...ours.keys(), ...recorded.keys()])].sort().flatMap(key => {
    if (!recorded.has(key)) return [`${key}: only ours`];
    if (!ours.has(key)) return [`${key}: only recorded`];
    return changes(ours.get(key), recorded.get(key)).map(change => `${key}: ${change}`);
  });
}

function changes(ours: unknown, recorded: unknown, path = ''): string[] {
  if (isDeepStrictEqual(ours, recorded)) return [];
  if (isRecord(ours) && isRecord(recorded)) {
    return [...new Set([...Object.keys(ours), ...Object.keys(recorded)])].sort().flatMap(key => {
      return changes(ours[key], recorded[key], path ? `${path}.${key}` : key);
    });
  }
  return [`${path}${path && ' '}ours ${valueText(ours)}, recorded ${valueText(recorded)}`];
}
