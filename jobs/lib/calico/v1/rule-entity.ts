import { valueText } from '../object-text.ts';
import { isSelector, parseSelector } from '../selector.ts';
import { convertSelector, mergeTag } from '../selector-conversion.ts';
import type { EntityRule } from '../v3/rule.ts';
import { addValidationErrors } from './findings.ts';
import type { JsonObject, JsonSource } from './json-fields.ts';
import { listOf, readNetwork, readString } from './json-readers.ts';
import { readPort } from './ports.ts';

const PARTS = ['tag', 'selector', 'net', 'nets', 'ports'] as const;
type Side = 'src' | 'dst';
type Sign = '' | '!';

/** The field of a rule that says a part of one side, negated where `sign` is `!`: for example `!src_nets`. */
export type EntityField = `${Sign}${Side}_${(typeof PARTS)[number]}`;

/** The fields of a rule that say something of one side of a connection. */
export const ENTITY_FIELDS: readonly EntityField[] = (['', '!'] as const).flatMap(sign =>
  (['src', 'dst'] as const).flatMap(side => PARTS.map(part => `${sign}${side}_${part}` as const)),
);

/** What a rule of v1 says of one side of a connection, as v3 says it (conversion reference, sections 4 and 5). */
export function readEntity(rule: JsonObject<EntityField>, side: Side, source: JsonSource): EntityRule {
  const nets = readNets(rule, '', side);
  const ports = rule.get(`${side}_ports`, listOf(readPort));
  const selector = readSelector(rule, '', side, source);
  const notNets = readNets(rule, '!', side);
  const notSelector = readSelector(rule, '!', side, source);
  const notPorts = rule.get(`!${side}_ports`, listOf(readPort));
  return {
    ...(nets.length > 0 && { nets }),
    ...(selector !== '' && { selector }),
    ...(ports?.length && { ports }),
    ...(notNets.length > 0 && { notNets }),
    ...(notSelector !== '' && { notSelector }),
    ...(notPorts?.length && { notPorts }),
  };
}

/** The list, and the single network of older versions after it. */
function readNets(rule: JsonObject<EntityField>, sign: Sign, side: Side): string[] {
  const nets = rule.get(`${sign}${side}_nets`, listOf(readNetwork)) ?? [];
  const net = rule.get(`${sign}${side}_net`, readNetwork);
  return net === undefined ? nets : [...nets, net];
}

function readSelector(rule: JsonObject<EntityField>, sign: Sign, side: Side, source: JsonSource): string {
  const selectorField = `${sign}${side}_selector` as const;
  const tagField = `${sign}${side}_tag` as const;
  const selector = rule.get(selectorField, readString) ?? '';
  const tag = rule.get(tagField, readString) ?? '';
  const merged = mergeTag(convertSelector(selector), tag, sign === '' ? 'both' : 'either');
  // Where the whole is no selector, the validation says so. But two wrong halves can make a whole of another meaning.
  if (tag === '' || !isSelector(merged)) return merged;
  if (!isTag(tag)) {
    const reason = `is ${valueText(tag)}, expected letters, digits, '-', '_', '.' and '/'`;
    refuse(source, rule.at(tagField), reason, 'Rename the tag in etcd v2, in profiles and in rules');
  }
  if (!isSelector(selector)) {
    refuse(
      source,
      rule.at(selectorField),
      `is ${valueText(selector)}, which is no selector`,
      'Correct it in etcd v2',
    );
  }
  return merged;
}

/** Whether a tag, as a label, is what is meant in a selector. */
function isTag(tag: string): boolean {
  const parsed = parseSelector(mergeTag('', tag, 'both'));
  return 'expression' in parsed && parsed.expression.type === '==' && parsed.expression.label === tag;
}

function refuse(source: JsonSource, field: string, reason: string, fix: string): void {
  addValidationErrors(source.found, source.key, [{ field, reason, fix }]);
}
