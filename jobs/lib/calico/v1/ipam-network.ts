import { addConversionError, type Findings } from './findings.ts';
import { segmentCidr } from './place-ipam.ts';

/** The network of a block, as it is in keys. */
export interface IpamNetwork {
  readonly version: 4 | 6;
  /** `10.64.3.0/26`. */
  readonly text: string;
  /** `10.64.3.0-26`. */
  readonly segment: string;
}

/** The network at the end of a key; where there is none, that is recorded. */
export function ipamNetwork(found: Findings, key: string, segment: string): IpamNetwork | undefined {
  const cidr = segmentCidr(segment);
  if (cidr !== undefined) {
    return { version: cidr.version, text: cidr.network, segment: cidr.network.replace('/', '-') };
  }
  addConversionError(found, key, {
    field: '',
    reason: `the key ends in ${segment}, expected a network such as 10.64.3.0-26`,
    fix: 'Delete the key in etcd v2: no component of Calico reads it',
  });
  return undefined;
}
