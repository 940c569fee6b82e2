import { createHash } from 'node:crypto';
import { expandIpv6, type GoCidr, type GoIp } from '../go-net.ts';

/** Names that most are: there is nothing to normalise. */
const NORMAL = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;

/**
 * The form that v3 names have: small letters, digits, dashes and dots (conversion reference, section 1). The result may
 * be empty, where the text is of symbols only.
 */
export function normalize(text: string): string {
  if (NORMAL.test(text)) return text;
  return text
    .toLowerCase()
    .replaceAll('/', '.')
    .replace(/[^-.a-z0-9]+/g, '-')
    .replace(/-*\.[-.]*/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '');
}

/** A node's name. Without a hash: nodes are referred to by the name that they have in Kubernetes. */
export const convertNodeName = normalize;

/** A name that is normalised, and says with a hash of the original where the two differ. */
export const convertName = (text: string): string => qualified(text, normalize(text));

/** The same without dots, as policies need it. */
export const convertNameNoDots = (text: string): string =>
  qualified(text, normalize(text).replaceAll('.', '-'));

/** A profile's name, also where it is referred to: `k8s_ns.<namespace>` becomes `kns.<namespace>`. */
export function convertProfileName(name: string): string {
  return convertName(name.startsWith('k8s_ns.') ? `kns.${name.slice('k8s_ns.'.length)}` : name);
}

/** An address as a name: IPv6 is written out in full. */
export function ipName(ip: GoIp): string {
  return (expandIpv6(ip.text) ?? ip.text).replace(/[.:]/g, '-');
}

/** A network as a name: its canonical text, with dashes. */
export const cidrName = (cidr: GoCidr): string => cidr.text.replace(/[.:/]/g, '-');

/** A segment of a key as it was before it was escaped (etcd v1 model reference, introduction). */
export const unescapeSegment = (segment: string): string =>
  segment.replaceAll('%2f', '/').replaceAll('%25', '%');

/** The reverse of `unescapeSegment`. */
export const escapeSegment = (name: string): string => name.replaceAll('%', '%25').replaceAll('/', '%2f');

function qualified(original: string, final: string): string {
  if (original === final) return final;
  return `${final}-${createHash('sha1').update(original).digest('hex').slice(0, 8)}`;
}
