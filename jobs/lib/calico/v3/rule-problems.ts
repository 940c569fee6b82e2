import { valueText } from '../object-text.ts';
import { entityProblems } from './entity-problems.ts';
import type { FieldProblem } from './field-problem.ts';
import { hasIcmp, protocolProblems } from './protocol.ts';
import type { IcmpFields, Rule } from './rule.ts';

const ACTIONS = ['Allow', 'Deny', 'Log', 'Pass'];

/** What is wrong with rules that are at `field` (conversion reference, section 6). */
export function rulesProblems(field: string, rules: readonly Rule[] = []): FieldProblem[] {
  return rules.flatMap((rule, index) => ruleProblems(`${field}[${index}]`, rule));
}

function ruleProblems(field: string, rule: Rule): FieldProblem[] {
  const { protocol, notProtocol } = rule;
  return [
    ...actionProblems(`${field}.action`, rule.action),
    ...versionProblems(`${field}.ipVersion`, rule),
    ...(protocol === undefined ? [] : protocolProblems(`${field}.protocol`, protocol)),
    ...(notProtocol === undefined ? [] : protocolProblems(`${field}.notProtocol`, notProtocol)),
    ...icmpProblems(`${field}.icmp`, rule.icmp),
    ...icmpProblems(`${field}.notICMP`, rule.notICMP),
    ...icmpProtocolProblems(`${field}.icmp`, rule),
    ...entityProblems(`${field}.source`, rule.source, protocol),
    ...entityProblems(`${field}.destination`, rule.destination, protocol),
    ...netsProblems(field, rule),
  ];
}

function actionProblems(field: string, action: string): FieldProblem[] {
  if (ACTIONS.includes(action)) return [];
  return [
    {
      field,
      reason: `is ${valueText(action)}, expected ${ACTIONS.join(', ')}`,
      fix: 'Write allow, deny, log or next-tier in etcd v2',
    },
  ];
}

function versionProblems(field: string, { ipVersion, protocol, notProtocol }: Rule): FieldProblem[] {
  if (ipVersion === undefined) return [];
  const fix = 'Correct the IP version of the rule in etcd v2, or remove it';
  if (ipVersion !== 4 && ipVersion !== 6) return [{ field, reason: `is ${ipVersion}, expected 4 or 6`, fix }];
  const other = ipVersion === 4 ? 'ICMPv6' : 'ICMP';
  if (protocol !== other && notProtocol !== other) return [];
  return [{ field, reason: `is ${ipVersion}, which does not go with the protocol ${other}`, fix }];
}

function icmpProblems(field: string, icmp: IcmpFields = {}): FieldProblem[] {
  const { type, code } = icmp;
  const fix = 'Correct the ICMP fields of the rule in etcd v2';
  const problems: FieldProblem[] = [];
  if (type !== undefined && (type < 0 || type > 254)) {
    problems.push({ field: `${field}.type`, reason: `is ${type}, expected a type from 0 to 254`, fix });
  }
  if (code !== undefined && (code < 0 || code > 255)) {
    problems.push({ field: `${field}.code`, reason: `is ${code}, expected a code from 0 to 255`, fix });
  }
  if (code !== undefined && type === undefined) {
    problems.push({
      field: `${field}.type`,
      reason: 'is missing, expected a type where there is a code',
      fix,
    });
  }
  return problems;
}

function icmpProtocolProblems(field: string, { icmp, protocol }: Rule): FieldProblem[] {
  if (icmp === undefined || hasIcmp(protocol)) return [];
  const found = protocol === undefined ? 'has no protocol' : `has the protocol ${protocol}`;
  return [
    {
      field,
      reason: `is set, but the rule ${found}, expected ICMP or ICMPv6`,
      fix: 'Set the protocol of the rule to icmp or icmpv6 in etcd v2, or remove the ICMP fields',
    },
  ];
}

/** Nets of a rule are all IPv4 or all IPv6, negated or not, source or destination, as its IP version says. */
function netsProblems(field: string, { ipVersion, source, destination }: Rule): FieldProblem[] {
  const lists = [
    ['source.nets', source.nets],
    ['source.notNets', source.notNets],
    ['destination.nets', destination.nets],
    ['destination.notNets', destination.notNets],
  ] as const;
  const nets = lists.flatMap(([path, list = []]) => list.map((net, i) => ({ net, path: `${path}[${i}]` })));
  const expected = ipVersion ?? (nets[0] && versionOf(nets[0].net));
  const why = ipVersion === undefined ? 'as of the other networks of the rule' : 'as the rule says';
  return nets
    .filter(({ net }) => versionOf(net) !== expected)
    .map(({ net, path }) => ({
      field: `${field}.${path}`,
      reason: `is ${net}, expected an IPv${expected} network, ${why}`,
      fix: 'Write one rule for IPv4 and one for IPv6 in etcd v2',
    }));
}

const versionOf = (net: string): 4 | 6 => (net.includes(':') ? 6 : 4);
