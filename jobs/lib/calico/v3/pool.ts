import type { GoCidr } from '../go-net.ts';
import { linkLocalRange } from '../link-local.ts';
import type { FieldProblem } from './field-problem.ts';

/** Calico IPAM hands out blocks of 64 addresses. */
const BLOCK_BITS = 6;

/** What v3 does not accept in a pool's network (conversion reference, section 6). */
export function poolProblems(
  cidr: GoCidr,
  { ipipMode, disabled }: { readonly ipipMode: string; readonly disabled: boolean },
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (reason: string, fix: string) => problems.push({ field: 'spec.cidr', reason, fix });
  if (cidr.hasHostBits) {
    add(
      `is ${cidr.text}, with bits set after the first ${cidr.prefixLength}, expected ${cidr.network}`,
      `Write ${cidr.network} in etcd v2, or the network that is meant`,
    );
  }
  const longest = (cidr.version === 4 ? 32 : 128) - BLOCK_BITS;
  if (!disabled && cidr.prefixLength > longest) {
    add(
      `is ${cidr.text}, too small for Calico IPAM, expected /${longest} or larger`,
      'Disable the pool in etcd v2 if nothing takes addresses from it, or use a larger one',
    );
  }
  const range = linkLocalRange(cidr);
  if (range !== undefined) {
    add(
      `is ${cidr.text}, which overlaps the link-local addresses ${range.text}`,
      'Use a network outside of them, or delete the pool',
    );
  }
  if (cidr.version === 6 && ipipMode !== 'Never') {
    problems.push({
      field: 'spec.ipipMode',
      reason: `is ${ipipMode} for the IPv6 network ${cidr.text}, and IPIP carries IPv4 only`,
      fix: 'Set ipip to "" in etcd v2',
    });
  }
  return problems;
}
