import { expandIpv6, type GoIp, ipToName } from './go-net.ts';

/**
 * The name under which Calico 2.5 looks up the peer with this address: IPv6 written out in full, so that no name
 * ends in a dash; IPv4 as before (tpr-to-crd reference, section 4).
 */
export function peerName(ip: GoIp): string {
  return ip.version === 4 ? ipToName(ip) : (expandIpv6(ip.text) ?? ip.text).replaceAll(':', '-');
}
