import type { KubeObject } from '../kubernetes/object.ts';
import { convertConfig } from './config.ts';
import { convertGlobalBgpPeer } from './global-bgp-peer.ts';
import { convertIpPool } from './ip-pool.ts';
import { ipipNotes } from './ipip-setting.ts';
import type { Converted, Note, Problem } from './problem.ts';
import { joinSameNames } from './same-name.ts';
import { convertSystemNetworkPolicy } from './system-network-policy.ts';
import { CALICO_NAMESPACE, TPR_KINDS, type TprKind } from './tpr-kinds.ts';

export interface ConvertOptions {
  /** The Calico release that is to read the objects, such as `2.6.12`. */
  readonly targetVersion: string;
}

export interface ConvertedObject {
  readonly kind: TprKind;
  readonly source: KubeObject;
  /** Further objects with the same meaning, which this one stands for as well. */
  readonly duplicates: readonly KubeObject[];
  /** What is to be written. */
  readonly object: KubeObject;
}

/** An object in a namespace that Calico never reads. */
export interface Stray {
  readonly kind: TprKind;
  readonly namespace: string;
  readonly name: string;
}

export interface Conversion {
  /** By kind and name. An object with a problem is in none of them. */
  readonly objects: readonly ConvertedObject[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  readonly strays: readonly Stray[];
}

type Converter = (kind: TprKind, source: KubeObject, options: ConvertOptions) => Converted<KubeObject>;

const CONVERTERS: Readonly<Record<string, Converter>> = {
  GlobalConfig: convertConfig,
  GlobalBgpConfig: convertConfig,
  IpPool: convertIpPool,
  GlobalBgpPeer: convertGlobalBgpPeer,
  SystemNetworkPolicy: convertSystemNetworkPolicy,
};

/**
 * The CRD objects for the ThirdPartyResource objects of all namespaces, given by name of the ThirdPartyResource. Only
 * those of kube-system are converted, the others are strays (tpr-to-crd reference, section 10, row 6). The order of
 * the input does not matter.
 */
export function convertTprs(
  instances: ReadonlyMap<string, readonly KubeObject[] | undefined>,
  options: ConvertOptions,
): Conversion {
  const kinds = TPR_KINDS.map(kind => convertKind(kind, instances.get(kind.tprName) ?? [], options));
  const objects = kinds.flatMap(conversion => conversion.objects);
  return {
    objects,
    problems: kinds.flatMap(conversion => conversion.problems),
    notes: [...kinds.flatMap(conversion => conversion.notes), ...ipipNotes(objects)],
    strays: kinds.flatMap(conversion => conversion.strays),
  };
}

function convertKind(kind: TprKind, sources: readonly KubeObject[], options: ConvertOptions): Conversion {
  const own = sources.filter(source => namespaceOf(source) === CALICO_NAMESPACE).toSorted(byName);
  const others = sources.filter(source => namespaceOf(source) !== CALICO_NAMESPACE).toSorted(byName);
  const results = own.map(source => ({ source, result: convert(kind, source, options) }));
  const joined = joinSameNames(
    results.flatMap(({ source, result }) =>
      result.ok ? [{ kind, source, duplicates: [], object: result.value }] : [],
    ),
  );
  return {
    objects: joined.objects,
    problems: [...results.flatMap(({ result }) => (result.ok ? [] : result.problems)), ...joined.problems],
    notes: [...results.flatMap(({ result }) => (result.ok ? result.notes : [])), ...joined.notes],
    strays: others.map(source => ({ kind, namespace: namespaceOf(source), name: source.metadata.name })),
  };
}

function convert(kind: TprKind, source: KubeObject, options: ConvertOptions): Converted<KubeObject> {
  const converter = CONVERTERS[kind.tpr.kind];
  if (converter === undefined) throw new RangeError(`no conversion for ${kind.tpr.kind}`);
  return converter(kind, source, options);
}

function namespaceOf(source: KubeObject): string {
  return source.metadata.namespace ?? '';
}

function byName(a: KubeObject, b: KubeObject): number {
  const [left, right] = [a, b].map(source => `${namespaceOf(source)}/${source.metadata.name}`);
  if (left === right) return 0;
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
