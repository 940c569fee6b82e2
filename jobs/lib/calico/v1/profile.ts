import { valueText } from '../object-text.ts';
import { type ProfileSpec, profileProblems } from '../v3/profile.ts';
import type { Rule } from '../v3/rule.ts';
import { clusterEntry } from '../v3/storage.ts';
import { addConversionError, type Findings, findingsOf, isConverted } from './findings.ts';
import { objectOf, type Read, readJson, struct } from './json-fields.ts';
import { readStringMap, readStrings } from './json-readers.ts';
import { convertProfileName } from './names.ts';
import { readRules } from './rule.ts';
import { noteOldLabels } from './selector-notes.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted, validated } from './unit-result.ts';

const readRulesFields = objectOf(struct('inbound_rules', 'outbound_rules'));

/** A part of a profile: the key that it is in, and its value, which is absent where there is no such key. */
interface Part<T> {
  readonly key: string;
  readonly value: T | undefined;
}

/** The three keys of a profile to a Profile (conversion reference, section 3.7). Each of them may be missing. */
export function convertProfile(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const rules = readPart(found, values, '/rules', readDirections);
  const tags = readPart(found, values, '/tags', readStrings);
  const labels = readPart(found, values, '/labels', readStringMap);
  const labelsToApply = addTags(found, tags, labels.value ?? {});
  if (!isConverted(found)) return unconverted(found);
  const spec: ProfileSpec = {
    ...rules.value,
    ...(Object.keys(labelsToApply).length > 0 && { labelsToApply }),
  };
  const name = convertProfileName(unit.parts.name ?? '');
  const [key] = onlyValue(values);
  noteOldLabels(found, rules.key, spec);
  const entry = clusterEntry('Profile', 'profiles', { name }, spec);
  return validated(found, key, `Profile(${name})`, entry, profileProblems(name, spec));
}

/** Null is as good as no key. */
function readPart<T>(found: Findings, values: UnitValues, suffix: string, read: Read<T>): Part<T> {
  const part = [...values].find(([key]) => key.endsWith(suffix));
  if (part === undefined) return { key: '', value: undefined };
  const [key, text] = part;
  const readUnlessNull: Read<T> = (value, path, source) =>
    value === null ? undefined : read(value, path, source);
  return { key, value: readJson({ found, key }, text, readUnlessNull) };
}

const readDirections: Read<{ ingress?: Rule[]; egress?: Rule[] }> = (value, path, source) => {
  const fields = readRulesFields(value, path, source);
  if (fields === undefined) return undefined;
  noteUnknownFields(source.found, source.key, fields.unknown);
  const ingress = fields.get('inbound_rules', readRules);
  const egress = fields.get('outbound_rules', readRules);
  return { ...(ingress?.length && { ingress }), ...(egress?.length && { egress }) };
};

/**
 * The labels that the profile gives to its endpoints: its labels, and an empty one for each tag. A tag that is there
 * twice is one label (original-defects, row 16); one that is a label too would change what selectors select.
 */
function addTags(
  found: Findings,
  tags: Part<readonly string[]>,
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const added = new Set<string>();
  for (const [index, tag] of (tags.value ?? []).entries()) {
    if (Object.hasOwn(labels, tag)) {
      addConversionError(found, tags.key, {
        field: `[${index}]`,
        reason: `is the tag ${valueText(tag)}, and the profile has the label ${tag} with the value ${valueText(labels[tag])} too, expected one of them: in v3 a tag is a label with an empty value`,
        fix: 'Rename or remove the tag or the label in etcd v2, and in the rules that use it',
      });
    }
    added.add(tag);
  }
  return Object.fromEntries([...Object.entries(labels), ...[...added].map(tag => [tag, ''] as const)]);
}
