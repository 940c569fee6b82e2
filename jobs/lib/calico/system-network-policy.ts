import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { isAtLeast } from './calico-version.ts';
import { inexactNumbers } from './exact-numbers.ts';
import { crdObject } from './metadata.ts';
import { tprText, valueText } from './object-text.ts';
import { type Converted, converted, failed, type Note } from './problem.ts';
import { oldNamespaceLabels, policyShapeProblems } from './system-network-policy-spec.ts';
import type { TprKind } from './tpr-kinds.ts';

/** The first release that reads `types`: up to 2.5 every policy applies to both directions. */
const FIRST_WITH_TYPES = '2.6.0';

/**
 * SystemNetworkPolicy to GlobalNetworkPolicy: the spec as it is. From 2.6 on `types` is written out, because Calico
 * then derives it from the rules that are there and would drop a direction (tpr-to-crd reference, sections 3 and 4).
 */
export function convertSystemNetworkPolicy(
  kind: TprKind,
  source: KubeObject,
  options: { readonly targetVersion: string },
): Converted<KubeObject> {
  const object = tprText(kind, source);
  const { spec } = source;
  if (!isRecord(spec)) {
    return failed({
      object,
      field: 'spec',
      reason: `is ${valueText(spec)}, expected an object with the rules of the policy`,
      fix: 'Write the policy into it, or delete the object',
    });
  }
  const problems = [...policyShapeProblems(object, spec), ...inexactNumbers(object, spec)];
  if (problems.length > 0) return failed(...problems);
  const { types, notes } = typesFor(object, spec, options.targetVersion);
  const labelNotes = oldNamespaceLabels(spec).map(({ field, labels }) => ({
    object,
    reason: `${field} uses ${labels.join(', ')}, which matches nothing from Calico 2.6 on: namespace labels are pcns.<label> there`,
  }));
  const copy = types === undefined ? spec : { ...spec, types };
  return converted(crdObject(kind, source, source.metadata.name, copy), [...notes, ...labelNotes]);
}

/** The `types` to write, or `undefined` to leave the spec alone. */
function typesFor(
  object: string,
  spec: Readonly<Record<string, unknown>>,
  targetVersion: string,
): { types?: readonly string[]; notes: Note[] } {
  const found = Array.isArray(spec.types) ? spec.types : [];
  if (!isAtLeast(targetVersion, FIRST_WITH_TYPES)) {
    const reason = `types is ${valueText(spec.types)}, which has no effect before Calico 2.6`;
    return { notes: found.length === 0 ? [] : [{ object, reason }] };
  }
  // 2.6 refuses the egress type in a policy that applies before DNAT.
  const types = spec.preDNAT === true ? ['ingress'] : ['ingress', 'egress'];
  if (found.length === types.length && types.every(type => found.includes(type))) return { notes: [] };
  const reason = `types is ${valueText(spec.types)}, which has no effect before Calico 2.6, and is written as ${valueText(types)} to keep the meaning`;
  return { types, notes: found.length === 0 ? [] : [{ object, reason }] };
}
