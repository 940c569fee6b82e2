import { convertSelector } from '../selector-conversion.ts';
import { type GlobalNetworkPolicySpec, globalNetworkPolicyProblems } from '../v3/global-network-policy.ts';
import { clusterEntry } from '../v3/storage.ts';
import { findingsOf, isConverted } from './findings.ts';
import { type JsonObject, objectOf, type Read, readJson, struct, wrong } from './json-fields.ts';
import { listOf, readBoolean, readNumber, readString, readStringMap } from './json-readers.ts';
import { convertNameNoDots } from './names.ts';
import { readRules } from './rule.ts';
import { noteOldLabels } from './selector-notes.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, onlyValue, unconverted, validated } from './unit-result.ts';

const policyStruct = struct(
  'order',
  'inbound_rules',
  'outbound_rules',
  'selector',
  'untracked',
  'annotations',
  'pre_dnat',
  'apply_on_forward',
  'types',
);
type PolicyField = (typeof policyStruct.fields)[number];
const readPolicy = objectOf(policyStruct);

/** A policy of the tier `default` to a GlobalNetworkPolicy (conversion reference, section 3.6). */
export function convertPolicy(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const [key, text] = onlyValue(values);
  const policy = readJson({ found, key }, text, readPolicy);
  if (policy === undefined) return unconverted(found);
  noteUnknownFields(found, key, policy.unknown);
  const annotations = policy.get('annotations', readStringMap);
  const spec = policySpec(policy);
  if (!isConverted(found)) return unconverted(found);
  noteOldLabels(found, key, spec);
  const name = convertNameNoDots(unit.parts.name ?? '');
  const metadata = { name: `default.${name}`, ...(annotations && { annotations }) };
  const entry = clusterEntry('GlobalNetworkPolicy', 'globalnetworkpolicies', metadata, spec);
  const problems = globalNetworkPolicyProblems(name, annotations, spec);
  return validated(found, key, `GlobalNetworkPolicy(${name})`, entry, problems);
}

function policySpec(policy: JsonObject<PolicyField>): GlobalNetworkPolicySpec {
  const order = policy.get('order', readNumber);
  const ingress = policy.get('inbound_rules', readRules);
  const egress = policy.get('outbound_rules', readRules);
  const selector = convertSelector(policy.get('selector', readString) ?? '');
  const types = policy.get('types', listOf(readType));
  const doNotTrack = policy.get('untracked', readBoolean);
  const preDNAT = policy.get('pre_dnat', readBoolean);
  const applyOnForward = policy.get('apply_on_forward', readBoolean);
  return {
    ...(order !== undefined && { order }),
    ...(ingress?.length && { ingress }),
    ...(egress?.length && { egress }),
    selector,
    types: types?.length ? types : preDNAT ? ['Ingress'] : ['Ingress', 'Egress'],
    ...(doNotTrack && { doNotTrack }),
    ...(preDNAT && { preDNAT }),
    // Such policies have always applied to forwarded traffic, before there was a field to say so.
    ...((applyOnForward || doNotTrack || preDNAT) && { applyOnForward: true }),
  };
}

const readType: Read<'Ingress' | 'Egress'> = (value, path, source) => {
  const type = typeof value === 'string' ? value.toLowerCase() : value;
  if (type === 'ingress') return 'Ingress';
  if (type === 'egress') return 'Egress';
  return wrong(source, path, value, 'ingress or egress', 'Write ingress or egress in etcd v2');
};
