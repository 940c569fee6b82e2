import type { KubeObject } from '../../kubernetes/object.ts';
import { BGP_PEERS } from '../crd-kinds.ts';
import { parseIp } from '../go-net.ts';
import { readNodePeer } from '../node-peer-value.ts';
import { PEER_ANNOTATION_PREFIX } from '../node-peers.ts';
import type { Note, Problem } from '../problem.ts';
import { convertNodeName, ipName } from '../v1/names.ts';
import { nameProblems } from '../v3/names.ts';
import { type KddConversion, type WantedObject, wantedObject } from './wanted.ts';

interface Peer {
  readonly object: string;
  readonly field: string;
  readonly wanted: WantedObject;
}

/**
 * The BGP peers in the annotations of Nodes to BGPPeers `<node>.<address>`, the address from the value (conversion
 * reference, section 3.2). Without `scope`: Calico from 2.6.4 on skips objects whose scope is not `global`, so nodes of
 * 2.6 do not meet the same peer twice.
 */
export function convertNodePeers(nodes: readonly KubeObject[]): KddConversion {
  const read = nodes
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(({ metadata: { name, annotations = {} } }) =>
      Object.entries(annotations)
        .filter(([key]) => key.startsWith(PEER_ANNOTATION_PREFIX))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, text]) => readPeer(name, key, text)),
    );
  const peers = read.flatMap(({ peer }) => peer ?? []);
  const joined = [...Map.groupBy(peers, ({ wanted }) => wanted.object.metadata.name).values()].map(join);
  return {
    objects: joined.flatMap(({ objects }) => objects),
    problems: [...read, ...joined].flatMap(({ problems }) => problems),
    notes: read.flatMap(({ notes }) => notes),
  };
}

interface ReadPeer {
  readonly peer?: Peer;
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

function readPeer(nodeName: string, key: string, text: string): ReadPeer {
  const object = `Node ${nodeName}`;
  const field = `metadata.annotations["${key}"]`;
  const { peer, problems } = readNodePeer(object, field, text, '2.6');
  const ip = peer && parseIp(peer.ip);
  if (!peer || !ip) return { problems, notes: [] };
  const node = convertNodeName(nodeName);
  const name = `${node}.${ipName(ip)}`;
  const invalid = nameProblems('metadata.name', name).map(({ reason }) => ({
    object,
    field,
    reason: `would become BGPPeer ${name}, whose name ${reason}`,
    fix: 'Write this peer as a BGPPeer of Calico 3.0 by hand, and leave it out here',
  }));
  if (invalid.length > 0) return { problems: invalid, notes: [] };
  const { asNumber = 0, extra } = peer;
  const wanted = wantedObject(BGP_PEERS, { name }, { node, peerIP: ip.text, asNumber });
  return { peer: { object, field, wanted }, problems: [], notes: peerNotes(object, field, asNumber, extra) };
}

function peerNotes(object: string, field: string, asNumber: number, extra: readonly string[]): Note[] {
  return [
    ...(asNumber === 0
      ? [{ object, reason: `${field} has AS number 0 or none, which no BGP peer uses` }]
      : []),
    ...(extra.length > 0
      ? [{ object, reason: `${field} has fields that Calico ignores: ${extra.join(', ')}` }]
      : []),
  ];
}

/** One peer may stand in a Node twice, under the short and the full form of its IPv6 address. */
function join(group: readonly Peer[]): Pick<KddConversion, 'objects' | 'problems'> {
  const [first, ...others] = group;
  if (!first) return { objects: [], problems: [] };
  const asNumber = ({ wanted }: Peer): string => JSON.stringify(wanted.object.spec);
  if (others.every(other => asNumber(other) === asNumber(first)))
    return { objects: [first.wanted], problems: [] };
  const problems = group.map(({ object, field, wanted }) => ({
    object,
    field,
    reason: `becomes BGPPeer ${wanted.object.metadata.name}, as does another annotation with another AS number`,
    fix: 'Remove the annotations that are wrong',
  }));
  return { objects: [], problems };
}
