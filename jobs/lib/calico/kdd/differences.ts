import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { parseAsNumber } from '../as-number.ts';
import { BGP_CONFIGURATIONS, BGP_PEERS, CLUSTER_INFORMATIONS, FELIX_CONFIGURATIONS } from '../crd-kinds.ts';
import { type Difference, valueDifferences } from '../diff.ts';
import { parseIp } from '../go-net.ts';
import type { WantedObject } from './wanted.ts';

type Spec = Readonly<Record<string, unknown>>;

/** How an existing object compares with the wanted one. */
export interface Comparison {
  /** What somebody has to decide. */
  readonly differences: readonly Difference[];
  /** What nodes of Calico write themselves when they start, and what means the same. */
  readonly tolerated: readonly Difference[];
}

/** What a calico-node 3.0 adds where there is no such setting. */
const ADDED_BY_NODES: Spec = { reportingInterval: '0s', logSeverityScreen: 'Info', ipipEnabled: true };

/**
 * The fields of the spec in which an existing object differs from the wanted one. Null and no value are the same. Of a
 * ClusterInformation only what is wanted counts; every node that starts rewrites its version and adds to its type
 * (etcd v3 model reference, section 3). The old spelling of a word, which a calico-node 3.0 copies when it converts
 * by itself, means the same to Felix (original-defects reference, row 12).
 */
export function compareWithWanted({ crd, object }: WantedObject, existing: KubeObject): Comparison {
  const wanted = normalSpec(object.spec);
  const found = normalSpec(existing.spec);
  const compared = crd === CLUSTER_INFORMATIONS ? only(found, Object.keys(wanted)) : found;
  const all = [...valueDifferences('spec', compared, wanted), ...labelDifferences(existing, object)];
  const isTolerated = TOLERATED.get(crd) ?? (() => false);
  return {
    differences: all.filter(difference => !isTolerated(difference)),
    tolerated: all.filter(isTolerated),
  };
}

const TOLERATED = new Map([
  [
    CLUSTER_INFORMATIONS,
    ({ field }: Difference) => field === 'spec.calicoVersion' || field === 'spec.clusterType',
  ],
  [FELIX_CONFIGURATIONS, (difference: Difference) => isSameWord(difference) || isAddedByNode(difference)],
  [BGP_CONFIGURATIONS, isSameWord],
]);

/** In settings of one word; a prefix or a path in another case is another one. */
const WORDS = /^spec\.(logSeverity\w+|defaultEndpointToHostAction|iptables\w+AllowAction|chainInsertMode)$/;

function isSameWord({ field, found, wanted }: Difference): boolean {
  if (!WORDS.test(field) || typeof found !== 'string' || typeof wanted !== 'string') return false;
  return found.toLowerCase() === wanted.toLowerCase();
}

function isAddedByNode({ field, found, wanted }: Difference): boolean {
  return wanted === undefined && found !== undefined && found === ADDED_BY_NODES[field.replace('spec.', '')];
}

/** Labels and annotations that only the existing object has do not matter. */
function labelDifferences(existing: KubeObject, wanted: KubeObject): Difference[] {
  return (['labels', 'annotations'] as const).flatMap(field => {
    const keys = Object.keys(wanted.metadata[field] ?? {});
    return valueDifferences(`metadata.${field}`, only(existing.metadata[field] ?? {}, keys), {
      ...wanted.metadata[field],
    });
  });
}

const only = (record: Spec, keys: readonly string[]): Spec =>
  Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)));

/** A spec with addresses and AS numbers in one notation, and without null. */
function normalSpec(spec: unknown): Spec {
  if (!isRecord(spec)) return {};
  const { peerIP, asNumber } = spec;
  const fields = {
    ...spec,
    ...(typeof peerIP === 'string' && { peerIP: parseIp(peerIP)?.text ?? peerIP }),
    ...(asNumber !== undefined && { asNumber: parseAsNumber(asNumber) ?? asNumber }),
  };
  return withoutNulls(fields);
}

function withoutNulls(record: Spec): Spec {
  const kept = Object.entries(record).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, normalValue(value)]));
}

function normalValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalValue);
  return isRecord(value) ? withoutNulls(value) : value;
}

/** The node and address that a BGPPeer of one node stands for, whatever its name; undefined for any other object. */
export function peerIdentity({ kind, spec }: KubeObject): string | undefined {
  if (kind !== BGP_PEERS.kind || !isRecord(spec) || typeof spec.peerIP !== 'string') return undefined;
  if (typeof spec.node !== 'string' || spec.node === '') return undefined;
  return `${spec.node} ${parseIp(spec.peerIP)?.text ?? spec.peerIP}`;
}
