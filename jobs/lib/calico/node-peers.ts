import type { KubeObject } from '../kubernetes/object.ts';
import { nameToIp } from './go-net.ts';
import { type NodePeer, readNodePeer } from './node-peer-value.ts';
import { valueText } from './object-text.ts';
import { peerName } from './peer-name.ts';
import type { Note, Problem } from './problem.ts';

/** The annotations of a Node that hold the BGP peers of this node only begin with this. */
export const PEER_ANNOTATION_PREFIX = 'peer.bgp.projectcalico.org/';

/** What has to change on a node, so that Calico 2.5 finds its peers: nothing if both lists are empty. */
export interface NodePeerPlan {
  readonly node: string;
  readonly renames: readonly { readonly from: string; readonly to: string; readonly value: string }[];
  /** Keys whose peer is there under the expanded key as well. */
  readonly removals: readonly { readonly key: string; readonly value: string }[];
}

export interface NodePeerPlans {
  /** Only nodes on which something has to change, by name. */
  readonly plans: readonly NodePeerPlan[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

interface Entry {
  readonly key: string;
  readonly value: string;
  /** The key under which Calico 2.5 looks for the peer. */
  readonly target: string;
  readonly peer: NodePeer;
}

/**
 * Plans the renaming of node-scoped IPv6 peers to the key that is written out in full, the value untouched; IPv4
 * keys stay (tpr-to-crd reference, section 10, rows 2 and 11). A peer with a problem is left alone.
 */
export function planNodePeers(nodes: readonly KubeObject[]): NodePeerPlans {
  const planned = nodes.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map(planNode);
  return {
    plans: planned.map(({ plan }) => plan).filter(plan => plan.renames.length + plan.removals.length > 0),
    problems: planned.flatMap(({ problems }) => problems),
    notes: planned.flatMap(({ notes }) => notes),
  };
}

/**
 * The JSON merge patch that carries out a plan. With `resourceVersion` the API server refuses it if the node has
 * changed since it was read.
 */
export function nodePeerPatch(plan: NodePeerPlan, resourceVersion?: string): Record<string, unknown> {
  const annotations = new Map<string, string | null>();
  for (const { key } of plan.removals) annotations.set(key, null);
  for (const { from, to, value } of plan.renames) annotations.set(from, null).set(to, value);
  return {
    metadata: {
      ...(resourceVersion !== undefined && { resourceVersion }),
      annotations: Object.fromEntries(annotations),
    },
  };
}

function planNode(node: KubeObject): { plan: NodePeerPlan; problems: Problem[]; notes: Note[] } {
  const object = `Node ${node.metadata.name}`;
  const read = Object.entries(node.metadata.annotations ?? {})
    .filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => readEntry(object, key, value));
  const entries = read.map(({ entry }) => entry).filter(entry => entry !== undefined);
  const groups = [...Map.groupBy(entries, entry => entry.target)].map(([target, group]) =>
    planGroup(object, target, group),
  );
  return {
    plan: {
      node: node.metadata.name,
      renames: groups.flatMap(({ renames = [] }) => renames),
      removals: groups.flatMap(({ removals = [] }) => removals),
    },
    problems: [
      ...read.flatMap(({ problems }) => problems),
      ...groups.flatMap(({ problems = [] }) => problems),
    ],
    notes: entries.flatMap(entry => entryNotes(object, entry)),
  };
}

function readEntry(
  object: string,
  key: string,
  value: string,
): { entry?: Entry; problems: readonly Problem[] } {
  const field = annotationField(key);
  const fix = 'Correct the annotation, or remove it';
  const ip = nameToIp(key.slice(PEER_ANNOTATION_PREFIX.length));
  const { peer, problems } = readNodePeer(object, field, value);
  if (ip === undefined) {
    const reason = 'the key stands for no IP address, so Calico 2.4 ignores the peer';
    return { problems: [{ object, field, reason, fix }, ...problems] };
  }
  if (peer === undefined) return { problems };
  if (peer.ip !== ip.text) {
    const reason = `the key stands for ${ip.text}, but ip is ${valueText(peer.ip)}, expected the same address`;
    return { problems: [{ object, field, reason, fix }] };
  }
  return { entry: { key, value, target: PEER_ANNOTATION_PREFIX + peerName(ip), peer }, problems };
}

/** The annotations that stand for one peer: one of them stays or is renamed, the others say the same or clash. */
function planGroup(
  object: string,
  target: string,
  group: readonly Entry[],
): Partial<NodePeerPlan> & { readonly problems?: readonly Problem[] } {
  const kept = group.find(entry => entry.key === target) ?? group[0];
  if (kept === undefined) return {};
  const others = group.filter(entry => entry !== kept);
  const clashes = others.filter(entry => !samePeer(entry, kept));
  if (clashes.length > 0) {
    return {
      problems: clashes.map(entry => ({
        object,
        field: annotationField(entry.key),
        reason: `is ${valueText(entry.value)}, but ${annotationField(kept.key)} for the same peer is ${valueText(kept.value)}`,
        fix: 'Remove the annotation that is wrong',
      })),
    };
  }
  return {
    renames: kept.key === target ? [] : [{ from: kept.key, to: target, value: kept.value }],
    removals: others.map(({ key, value }) => ({ key, value })),
  };
}

/** Unknown keys are compared as they stand: nobody knows what they mean. */
function samePeer(a: Entry, b: Entry): boolean {
  if (a.value === b.value) return true;
  const plain = a.peer.extra.length === 0 && b.peer.extra.length === 0;
  return plain && (a.peer.asNumber ?? 0) === (b.peer.asNumber ?? 0);
}

function entryNotes(object: string, { key, peer }: Entry): Note[] {
  const notes: Note[] = [];
  if (peer.asNumber === undefined) {
    notes.push({ object, reason: `${annotationField(key)} has no as_num: Calico reads AS number 0` });
  }
  if (peer.extra.length > 0) {
    const names = peer.extra.join(', ');
    notes.push({ object, reason: `${annotationField(key)} has fields that Calico ignores: ${names}` });
  }
  return notes;
}

function annotationField(key: string): string {
  return `metadata.annotations["${key}"]`;
}
