import { type GoCidr, parseCidr } from './go-net.ts';

const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'].map(parseCidr).filter(cidr => cidr !== undefined);

/** The link-local addresses that a network has some of, which no pool may have; `undefined` if it has none. */
export function linkLocalRange(cidr: GoCidr): GoCidr | undefined {
  return LINK_LOCAL.find(range => overlap(range, cidr));
}

function overlap(a: GoCidr, b: GoCidr): boolean {
  if (a.version !== b.version) return false;
  const bits = Math.min(a.prefixLength, b.prefixLength);
  return a.ip.bytes.every((byte, index) => {
    const mask = (0xff00 >> Math.min(Math.max(bits - index * 8, 0), 8)) & 0xff;
    return (byte & mask) === ((b.ip.bytes[index] ?? 0) & mask);
  });
}
