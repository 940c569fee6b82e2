import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { parseCidr, parseIp } from './go-net.ts';
import type { TprKind } from './tpr-kinds.ts';

/**
 * What a CRD object stands for, as Calico lists it, whatever its name: the setting, the network, the peer address;
 * `undefined` if the object does not say (tpr-to-crd reference, section 3).
 */
export function identityOf(kind: TprKind, { metadata, spec }: KubeObject): string | undefined {
  if (kind.crd.kind === 'GlobalNetworkPolicy') return metadata.name;
  if (!isRecord(spec)) return undefined;
  if (kind.crd.kind === 'IPPool') return textOf(spec.cidr, cidr => parseCidr(cidr)?.text);
  if (kind.crd.kind === 'BGPPeer') return textOf(spec.peerIP, ip => parseIp(ip)?.text);
  return textOf(spec.name, name => name.toLowerCase());
}

function textOf(value: unknown, read: (text: string) => string | undefined): string | undefined {
  return typeof value === 'string' ? read(value) : undefined;
}
