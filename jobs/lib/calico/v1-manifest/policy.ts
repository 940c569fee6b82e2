import { type JsonObject, struct } from '../v1/json-fields.ts';
import { escapeSegment } from '../v1/names.ts';
import type { Origins } from './origins.ts';
import { manifestObject, partOf, readAnything, readText, readTextMap, requiredText } from './reading.ts';
import { rulesReader } from './rules.ts';
import { type FieldTable, oneKeyForm, type ReadKind, storedFields } from './stored-form.ts';

const readMetadata = manifestObject(struct('name', 'annotations'));
const specStruct = struct('order', 'ingress', 'egress', 'selector', 'doNotTrack', 'preDNAT', 'types');
const readSpec = manifestObject(specStruct);
type SpecField = (typeof specStruct.fields)[number];

const SPEC_TABLE: FieldTable<SpecField> = [
  ['order', 'order', readAnything],
  ['selector', 'selector', readText],
  ['untracked', 'doNotTrack', readAnything],
  ['pre_dnat', 'preDNAT', readAnything],
  ['types', 'types', readAnything],
];

/** Reads a `policy` of v1. */
export const readPolicy: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const name = metadata && requiredText(metadata, 'name', source);
  if (spec === undefined) return undefined;
  const origins: Origins = new Map();
  const ingress = spec.get('ingress', rulesReader('inbound_rules', spec.at('ingress'), origins));
  const egress = spec.get('egress', rulesReader('outbound_rules', spec.at('egress'), origins));
  const value = {
    inbound_rules: ingress,
    outbound_rules: egress,
    ...(metadata && storedFields(metadata, [['annotations', 'annotations', readTextMap]], origins)),
    ...storedFields(spec, SPEC_TABLE, origins),
  };
  if (name === undefined) return undefined;
  const key = `/calico/v1/policy/tier/default/policy/${escapeSegment(name)}`;
  const unit = { kind: 'Policy', name: `Policy(name=${name})`, parts: { name } } as const;
  const types = hasTypes(spec) ? {} : { types: defaultTypes(ingress, egress) };
  return oneKeyForm(unit, key, { ...value, ...types }, origins);
};

function hasTypes(spec: JsonObject<SpecField>): boolean {
  const types = spec.get('types', readAnything);
  return spec.has('types') && !(Array.isArray(types) && types.length === 0);
}

/** What calicoctl 1.6 stores for a policy that does not say its types: those that it has rules for, else ingress. */
function defaultTypes(ingress: readonly unknown[] = [], egress: readonly unknown[] = []): readonly string[] {
  if (egress.length === 0) return ['ingress'];
  return ingress.length === 0 ? ['egress'] : ['ingress', 'egress'];
}
