import { valueText } from '../object-text.ts';
import type { FieldProblem } from './field-problem.ts';

/** A protocol by name as v3 writes it, or by number. */
export type Protocol = string | number;

const NAMES = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite'];
const BY_SMALL_NAME = new Map(NAMES.map(name => [name.toLowerCase(), name]));

/** A protocol in v3's spelling; what v3 does not know stays as it is (conversion reference, section 5). */
export function v3Protocol(protocol: Protocol): Protocol {
  return typeof protocol === 'number' ? protocol : (BY_SMALL_NAME.get(protocol.toLowerCase()) ?? protocol);
}

/** What is wrong with a protocol: v3 takes six names, and numbers from 1 to 255. */
export function protocolProblems(field: string, protocol: Protocol): FieldProblem[] {
  const known = typeof protocol === 'number' ? protocol >= 1 && protocol <= 255 : NAMES.includes(protocol);
  if (known) return [];
  return [
    {
      field,
      reason: `is ${valueText(protocol)}, expected ${NAMES.join(', ')}, or a number from 1 to 255`,
      fix: 'Write one of these names, or the number, in etcd v2',
    },
  ];
}

/** Whether rules and endpoints may name ports with the protocol. */
export const hasPorts = (protocol: Protocol | undefined): boolean =>
  protocol === 'TCP' || protocol === 'UDP' || protocol === 6 || protocol === 17;

/** Whether a rule with the protocol may have ICMP fields. By number it means the same (original-defects, row 16). */
export const hasIcmp = (protocol: Protocol | undefined): boolean =>
  protocol === 'ICMP' || protocol === 'ICMPv6' || protocol === 1 || protocol === 58;
