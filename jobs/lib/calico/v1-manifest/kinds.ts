import { convertBgpPeer } from '../v1/bgp-peer.ts';
import { convertHostEndpoint } from '../v1/host-endpoint.ts';
import { convertIpPool } from '../v1/ip-pool.ts';
import { convertNode } from '../v1/node.ts';
import { convertPolicy } from '../v1/policy.ts';
import { convertProfile } from '../v1/profile.ts';
import type { Unit, UnitResult, UnitValues } from '../v1/unit.ts';
import { convertWorkloadEndpoint } from '../v1/workload-endpoint.ts';
import { readBgpPeer } from './bgp-peer.ts';
import { readHostEndpoint } from './host-endpoint.ts';
import { readIpPool } from './ip-pool.ts';
import { readNode } from './node.ts';
import { readPolicy } from './policy.ts';
import { readProfile } from './profile.ts';
import type { ReadKind } from './stored-form.ts';
import { readWorkloadEndpoint } from './workload-endpoint.ts';

/** How objects of one kind are read and converted. */
export interface ManifestKind {
  readonly read: ReadKind;
  readonly convert: (unit: Unit, values: UnitValues) => UnitResult;
}

/** The kinds of calicoctl 1.x, as `kind` names them. */
export const MANIFEST_KINDS: ReadonlyMap<string, ManifestKind> = new Map([
  ['bgpPeer', { read: readBgpPeer, convert: convertBgpPeer }],
  ['hostEndpoint', { read: readHostEndpoint, convert: convertHostEndpoint }],
  ['ipPool', { read: readIpPool, convert: convertIpPool }],
  ['node', { read: readNode, convert: convertNode }],
  ['policy', { read: readPolicy, convert: convertPolicy }],
  ['profile', { read: readProfile, convert: convertProfile }],
  ['workloadEndpoint', { read: readWorkloadEndpoint, convert: convertWorkloadEndpoint }],
]);

/** The kind of the objects in a list of this kind, such as `policy` of `policyList`; `undefined` if it is no list. */
export function kindOfItems(kind: string): string | undefined {
  const item = kind.endsWith('List') ? kind.slice(0, -'List'.length) : '';
  return MANIFEST_KINDS.has(item) ? item : undefined;
}

/** A kind that differs from this one in capital and small letters only. */
export function similarKind(kind: string): string | undefined {
  const known = [...MANIFEST_KINDS.keys()].flatMap(name => [name, `${name}List`]);
  return known.find(name => name.toLowerCase() === kind.toLowerCase());
}
