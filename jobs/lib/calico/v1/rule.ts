import { valueText } from '../object-text.ts';
import type { IcmpFields, Rule } from '../v3/rule.ts';
import { addNote } from './findings.ts';
import { type JsonObject, type JsonSource, objectOf, type Read, struct } from './json-fields.ts';
import { listOf, readInteger, readString } from './json-readers.ts';
import { readProtocol } from './ports.ts';
import { ENTITY_FIELDS, readEntity } from './rule-entity.ts';
import { noteUnknownFields } from './unit-result.ts';

const ruleStruct = struct(
  'action',
  'ip_version',
  'protocol',
  '!protocol',
  'icmp_type',
  'icmp_code',
  '!icmp_type',
  '!icmp_code',
  'log_prefix',
  ...ENTITY_FIELDS,
);
type RuleField = (typeof ruleStruct.fields)[number];
const readFields = objectOf(ruleStruct);

/** Reads a rule of v1 as a rule of v3 (conversion reference, section 5). A log prefix is noted as not carried over. */
const readRule: Read<Rule> = (value, path, source) => {
  const fields = readFields(value, path, source);
  if (fields === undefined) return undefined;
  const prefix = fields.get('log_prefix', readString);
  if (prefix) {
    addNote(
      source.found,
      source.key,
      `${fields.at('log_prefix')} ${valueText(prefix)} is not carried over: in Calico 3.0 log rules have the ` +
        'prefix that the FelixConfiguration names as logPrefix',
    );
  }
  noteUnknownFields(source.found, source.key, fields.unknown);
  return convertRule(fields, source);
};

function convertRule(fields: JsonObject<RuleField>, source: JsonSource): Rule {
  const ipVersion = fields.get('ip_version', readInteger);
  const protocol = fields.get('protocol', readProtocol);
  const notProtocol = fields.get('!protocol', readProtocol);
  const icmp = icmpOf(fields.get('icmp_type', readInteger), fields.get('icmp_code', readInteger));
  const notICMP = icmpOf(fields.get('!icmp_type', readInteger), fields.get('!icmp_code', readInteger));
  return {
    action: v3Action(fields.get('action', readString) ?? ''),
    ...(ipVersion !== undefined && { ipVersion }),
    ...(protocol !== undefined && { protocol }),
    ...(icmp && { icmp }),
    ...(notProtocol !== undefined && { notProtocol }),
    ...(notICMP && { notICMP }),
    source: readEntity(fields, 'src', source),
    destination: readEntity(fields, 'dst', source),
  };
}

/** The rules of one direction. */
export const readRules: Read<Rule[]> = listOf(readRule);

const ACTIONS = new Map([
  ['allow', 'Allow'],
  ['deny', 'Deny'],
  ['log', 'Log'],
  ['pass', 'Pass'],
]);

/** What v3 does not know stays as it is: validation names it. */
function v3Action(action: string): string {
  if (action === '') return 'Allow';
  if (action === 'next-tier') return 'Pass';
  return ACTIONS.get(action.toLowerCase()) ?? action;
}

function icmpOf(type: number | undefined, code: number | undefined): IcmpFields | undefined {
  if (type === undefined && code === undefined) return undefined;
  return { ...(type !== undefined && { type }), ...(code !== undefined && { code }) };
}
