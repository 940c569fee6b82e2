import { addValidationErrors } from '../v1/findings.ts';
import { type JsonObject, type JsonSource, type Read, struct } from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import type { Origins } from './origins.ts';
import { manifestObject, readAnything, readText } from './reading.ts';
import { type FieldTable, storedFields } from './stored-form.ts';

const readRuleFields = manifestObject(
  struct('action', 'ipVersion', 'protocol', 'icmp', 'notProtocol', 'notICMP', 'source', 'destination'),
);
type RuleFields = JsonObject<
  'action' | 'ipVersion' | 'protocol' | 'icmp' | 'notProtocol' | 'notICMP' | 'source' | 'destination'
>;
const readIcmp = manifestObject(struct('type', 'code'));
const entityStruct = struct(
  'tag',
  'net',
  'nets',
  'selector',
  'ports',
  'notTag',
  'notNet',
  'notNets',
  'notSelector',
  'notPorts',
);
type EntityField = (typeof entityStruct.fields)[number];
const readEntity = manifestObject(entityStruct);

/** `next-tier` is what versions before 2.0 called `pass`, and what is stored. */
const readAction: Read<string> = (value, path, source) => {
  const action = readText(value, path, source);
  return action?.toLowerCase() === 'pass' ? 'next-tier' : action;
};

const RULE_TABLE: FieldTable<'action' | 'ipVersion' | 'protocol' | 'notProtocol'> = [
  ['action', 'action', readAction],
  ['ip_version', 'ipVersion', readAnything],
  ['protocol', 'protocol', readAnything],
  ['!protocol', 'notProtocol', readAnything],
];

/**
 * Reads the rules of one direction, `ingress` or `egress`, as they are stored under `stored`.
 * @param path the path of the rules in the manifest
 */
export function rulesReader(stored: string, path: string, origins: Origins): Read<unknown[]> {
  return listOf((value, rulePath, source) => {
    const rule = readRuleFields(value, rulePath, source);
    return rule && storedRule(rule, `${stored}${rulePath.slice(path.length)}.`, origins, source);
  });
}

function storedRule(rule: RuleFields, base: string, origins: Origins, source: JsonSource) {
  if (!rule.has('action')) addValidationErrors(source.found, source.key, [noAction(rule.at('action'))]);
  const icmp = rule.get('icmp', readIcmp);
  const notIcmp = rule.get('notICMP', readIcmp);
  const from = rule.get('source', readEntity);
  const to = rule.get('destination', readEntity);
  return {
    ...storedFields(rule, RULE_TABLE, origins, base),
    ...(icmp && storedFields(icmp, icmpTable(''), origins, base)),
    ...(notIcmp && storedFields(notIcmp, icmpTable('!'), origins, base)),
    ...(from && storedEntity(from, 'src', origins, base)),
    ...(to && storedEntity(to, 'dst', origins, base)),
  };
}

/** The rule of etcd v2 allows then, but calicoctl 1.x refuses the manifest: nobody has asked for that. */
const noAction = (field: string): FieldProblem => ({
  field,
  reason: 'is missing, expected allow, deny, log or pass',
  fix: 'Write what the rule does',
});

const icmpTable = (sign: '' | '!'): FieldTable<'type' | 'code'> => [
  [`${sign}icmp_type`, 'type', readAnything],
  [`${sign}icmp_code`, 'code', readAnything],
];

function storedEntity(entity: JsonObject<EntityField>, side: 'src' | 'dst', origins: Origins, base: string) {
  noteMerged(entity, origins, 'nets', 'net', 'selector', 'tag');
  noteMerged(entity, origins, 'notNets', 'notNet', 'notSelector', 'notTag');
  return storedFields(entity, entityTable(side), origins, base);
}

const entityTable = (side: 'src' | 'dst'): FieldTable<EntityField> => [
  [`${side}_tag`, 'tag', readText],
  [`${side}_net`, 'net', readAnything],
  [`${side}_nets`, 'nets', readAnything],
  [`${side}_selector`, 'selector', readText],
  [`${side}_ports`, 'ports', readAnything],
  [`!${side}_tag`, 'notTag', readText],
  [`!${side}_net`, 'notNet', readAnything],
  [`!${side}_nets`, 'notNets', readAnything],
  [`!${side}_selector`, 'notSelector', readText],
  [`!${side}_ports`, 'notPorts', readAnything],
];

/** In v3 the single network is the last of the list, and the tag is in the selector. */
function noteMerged(
  entity: JsonObject<EntityField>,
  origins: Origins,
  nets: EntityField,
  net: EntityField,
  selector: EntityField,
  tag: EntityField,
): void {
  const list = entity.get(nets, readAnything);
  if (entity.has(net)) {
    origins.set(`${entity.at(nets)}[${Array.isArray(list) ? list.length : 0}]`, entity.at(net));
  }
  if (entity.has(tag) && !entity.get(selector, readAnything))
    origins.set(entity.at(selector), entity.at(tag));
}
