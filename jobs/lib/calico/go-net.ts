/** An address as Go's net.IP holds it. An IPv6 address that maps an IPv4 one counts, and prints, as IPv4. */
export interface GoIp {
  /** Go's canonical text. */
  readonly text: string;
  readonly version: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
}

/** What Go's net.ParseCIDR yields. */
export interface GoCidr {
  /** Canonical text with the address as given, host bits and all. */
  readonly text: string;
  /** Canonical text of the network: host bits cleared. */
  readonly network: string;
  readonly ip: GoIp;
  readonly prefixLength: number;
  readonly version: 4 | 6;
  readonly hasHostBits: boolean;
}

/** Reads an address as Go's net.ParseIP: no zone, no leading zeros in IPv4; `undefined` if Go refuses it. */
export function parseIp(text: string): GoIp | undefined {
  const bytes = parseIpv4(text) ?? parseIpv6(text);
  return bytes && goIp(bytes);
}

/** Reads `address/length` as Go's net.ParseCIDR; `undefined` if Go refuses it. */
export function parseCidr(text: string): GoCidr | undefined {
  const slash = text.indexOf('/');
  const length = text.slice(slash + 1);
  const bytes = parseIpv4(text.slice(0, slash)) ?? parseIpv6(text.slice(0, slash));
  if (slash < 0 || bytes === undefined || !/^[0-9]+$/.test(length)) return undefined;
  const bits = Number(length);
  if (bits > bytes.length * 8) return undefined;
  const masked = goIp(maskBytes(bytes, bits));
  const ip = goIp(bytes);
  return {
    text: `${ip.text}/${printedLength(ip, bytes, bits)}`,
    network: `${masked.text}/${printedLength(masked, bytes, bits)}`,
    ip,
    prefixLength: printedLength(ip, bytes, bits),
    version: ip.version,
    hasHostBits: masked.text !== ip.text,
  };
}

/** The eight groups of an IPv6 address, four digits each; IPv4 stays as it is. `undefined` if it is no address. */
export function expandIpv6(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined || ip.version === 4) return ip?.text;
  return groupsOf(ip.bytes)
    .map(group => group.toString(16).padStart(4, '0'))
    .join(':');
}

/** The object name of a pool: Go's CIDR text with `.`, `:` and `/` as `-` (reference tpr-to-crd.md, section 2.1). */
export function cidrToName(cidr: GoCidr): string {
  return cidr.text.replace(/[.:/]/g, '-');
}

/** The network that the name of a pool stands for; `undefined` if it stands for none. */
export function nameToCidr(name: string): GoCidr | undefined {
  const dash = name.lastIndexOf('-');
  return dash < 0 ? undefined : parseCidr(`${addressOf(name.slice(0, dash))}/${name.slice(dash + 1)}`);
}

/** The object name of a peer up to Calico 2.4: Go's address text with `.` and `:` as `-`. */
export function ipToName(ip: GoIp): string {
  return ip.text.replace(/[.:]/g, '-');
}

/** The address that the name of a peer stands for; `undefined` if it stands for none. */
export function nameToIp(name: string): GoIp | undefined {
  return parseIp(addressOf(name));
}

/** Four or more dashes, or two together, cannot be IPv4. */
function addressOf(name: string): string {
  const ipv6 = name.includes('--') || name.split('-').length > 4;
  return name.replaceAll('-', ipv6 ? ':' : '.');
}

/** Go drops the first 96 bits of the mask when it prints an IPv4-mapped address. */
function printedLength(ip: GoIp, bytes: readonly number[], bits: number): number {
  return ip.version === 4 && bytes.length === 16 ? Math.max(bits - 96, 0) : bits;
}

function goIp(bytes: readonly number[]): GoIp {
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every(byte => byte === 0);
  const short = mapped && bytes[10] === 255 && bytes[11] === 255 ? bytes.slice(12) : bytes;
  return short.length === 4
    ? { text: short.join('.'), version: 4, bytes: short }
    : { text: ipv6Text(groupsOf(short)), version: 6, bytes: short };
}

function maskBytes(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.min(Math.max(bits - i * 8, 0), 8)) & 0xff);
}

function groupsOf(bytes: readonly number[]): number[] {
  return Array.from({ length: 8 }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0));
}

/** The first of the longest runs of two or more zero groups becomes `::`. */
function ipv6Text(groups: readonly number[]): string {
  let [from, to] = [-1, -1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start >= 2 && end - start > to - from) [from, to] = [start, end];
  }
  const hex = groups.map(group => group.toString(16));
  return from < 0 ? hex.join(':') : `${hex.slice(0, from).join(':')}::${hex.slice(to).join(':')}`;
}

function parseIpv4(text: string): number[] | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every(octet => /^(0|[1-9][0-9]{0,2})$/.test(octet))) return undefined;
  const bytes = octets.map(Number);
  return bytes.every(byte => byte <= 255) ? bytes : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::').map(half => (half === '' ? [] : half.split(':')));
  const [head = [], tail] = halves;
  if (halves.length > 2) return undefined;
  const before = groupBytes(head, tail === undefined);
  const after = groupBytes(tail ?? [], true);
  if (before === undefined || after === undefined) return undefined;
  const gap = 16 - before.length - after.length;
  const fits = tail === undefined ? gap === 0 : gap >= 2;
  return fits ? [...before, ...Array<number>(gap).fill(0), ...after] : undefined;
}

/** The bytes of groups of hex digits; the last group of the address may be an IPv4 address. */
function groupBytes(groups: readonly string[], last: boolean): number[] | undefined {
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const value = Number.parseInt(group, 16);
    const ipv4 = last && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4) bytes.push(...ipv4);
    else if (/^[0-9a-fA-F]+$/.test(group) && value <= 0xffff) bytes.push(value >> 8, value & 255);
    else return undefined;
  }
  return bytes;
}
