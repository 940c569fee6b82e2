import type { KeyPlace, LeftOut, Unit, UnitKind } from './unit.ts';

/** The keys of `/calico/v1/config` that make the ClusterInformation. */
const CLUSTER_INFORMATION_KEYS: ReadonlySet<string> = new Set([
  'ClusterGUID',
  'ClusterType',
  'CalicoVersion',
]);

/** The unit of the ClusterInformation. It always exists, whatever keys there are. */
export const CLUSTER_INFORMATION: Unit = {
  kind: 'ClusterInformation',
  id: 'cluster-information',
  name: 'ClusterInformation(name=default)',
  parts: {},
};

/** The unit of the global Felix configuration. */
export const GLOBAL_FELIX_CONFIG: Unit = {
  kind: 'GlobalFelixConfig',
  id: 'felix',
  name: 'GlobalFelixConfig',
  parts: {},
};

/** The unit of the global BGP configuration. */
export const BGP_CONFIGURATION: Unit = {
  kind: 'BGPConfiguration',
  id: 'bgp-configuration',
  name: 'GlobalBGPConfig',
  parts: {},
};

/** The unit that a key of `/calico/v1/config` is a part of. */
export const globalConfigUnit = (name: string): Unit =>
  CLUSTER_INFORMATION_KEYS.has(name) ? CLUSTER_INFORMATION : GLOBAL_FELIX_CONFIG;

/** The Node of a host. Its id is the host's directory, which proves that the host exists. */
export const nodeUnit = (host: string): Unit => ({
  kind: 'Node',
  id: `/calico/v1/host/${host}/`,
  name: `Node(name=${host})`,
  parts: { host },
});

/** The unit that has a key of its own. */
export const keyUnit = (
  kind: UnitKind,
  key: string,
  name: string,
  parts: Readonly<Record<string, string>>,
): KeyPlace => ({ unit: { kind, id: key, name, parts } });

/** A key that is not carried over. */
export const left = (leftOut: LeftOut, note?: string): KeyPlace => ({
  leftOut,
  ...(note === undefined ? {} : { note }),
});

/** A key that Calico 2.6 has no use for. */
export const unknownKey = (key: string): KeyPlace =>
  left(
    'unsupported',
    key.startsWith('/calico/')
      ? 'is no key that Calico 2.6 reads, and is not carried over'
      : 'is not below /calico, and is not carried over',
  );

/** The single part after a prefix; `undefined` where there is none, an empty one, or more than one. */
export function only(path: readonly string[]): string | undefined {
  return path.length === 1 && path[0] !== '' ? path[0] : undefined;
}
