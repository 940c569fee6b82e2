import { type GoCidr, parseCidr } from './go-net.ts';
import type { PoolValue } from './ip-pool-value.ts';
import { linkLocalRange } from './link-local.ts';
import { valueText } from './object-text.ts';
import type { Problem } from './problem.ts';

/** Calico IPAM hands out blocks of 64 addresses. */
const BLOCK_BITS = 6;
const IPIP_MODES = ['', 'always', 'cross-subnet'];

type Finding = Omit<Problem, 'object' | 'field'>;

/** All that Calico 2.5 would refuse in a pool (tpr-to-crd reference, section 10, row 10). */
export function poolProblems(object: string, pool: PoolValue): Problem[] {
  const cidr = cidrFindings(pool).map(finding => ({ object, field: 'spec.value.cidr', ...finding }));
  if (IPIP_MODES.includes(pool.ipipMode)) return cidr;
  const mode = {
    object,
    field: 'spec.value.ipip_mode',
    reason: `is ${valueText(pool.ipipMode)}, expected always, cross-subnet or nothing, in lower case`,
    fix: 'Write one of these modes',
  };
  return [...cidr, mode];
}

function cidrFindings(pool: PoolValue): Finding[] {
  if (pool.cidr === undefined) return [];
  const cidr = parseCidr(pool.cidr);
  const found = valueText(pool.cidr);
  if (cidr === undefined) {
    return [
      { reason: `is ${found}, expected a CIDR such as 10.64.0.0/16`, fix: 'Write the CIDR of the pool' },
    ];
  }
  if (cidr.version === 4 && pool.cidr.includes(':')) {
    return [{ reason: `is ${found}, an IPv4 network written as IPv6`, fix: 'Write it as IPv4' }];
  }
  return [hostBits(cidr), tooSmall(cidr, pool), linkLocal(cidr), ipv6WithIpip(cidr, pool)].filter(
    finding => finding !== undefined,
  );
}

function hostBits(cidr: GoCidr): Finding | undefined {
  if (!cidr.hasHostBits) return undefined;
  return {
    reason: `${cidr.text} has bits set after the first ${cidr.prefixLength}, expected ${cidr.network}`,
    fix: `Write ${cidr.network}, or the network that is meant`,
  };
}

function tooSmall(cidr: GoCidr, pool: PoolValue): Finding | undefined {
  const longest = (cidr.version === 4 ? 32 : 128) - BLOCK_BITS;
  if (pool.disabled || cidr.prefixLength <= longest) return undefined;
  return {
    reason: `${cidr.text} is too small for Calico IPAM, expected /${longest} or larger`,
    fix: 'Set disabled to true if nothing takes addresses from the pool, or use a larger one',
  };
}

function linkLocal(cidr: GoCidr): Finding | undefined {
  const range = linkLocalRange(cidr);
  if (range === undefined) return undefined;
  return {
    reason: `${cidr.text} overlaps the link-local addresses ${range.text}`,
    fix: 'Use a network outside of them, or delete the object',
  };
}

function ipv6WithIpip(cidr: GoCidr, pool: PoolValue): Finding | undefined {
  if (cidr.version === 4 || pool.ipip === '') return undefined;
  return {
    reason: `${cidr.text} is IPv6, but ipip is ${valueText(pool.ipip)}, and IPIP carries IPv4 only`,
    fix: 'Set ipip to ""',
  };
}
