import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { resourceName } from '../../kubernetes/resource.ts';
import { GLOBAL_NETWORK_POLICIES } from '../crd-kinds.ts';
import { copiedMetadata } from '../metadata.ts';
import type { Note, Problem } from '../problem.ts';
import { V1_NAMESPACE_LABEL } from '../selector-conversion.ts';
import { policyShapeProblems } from '../system-network-policy-spec.ts';
import { convertPolicy } from '../v1/policy.ts';
import { IDENTITY_ANNOTATION } from './identity.ts';
import { etcdPolicy, specPath } from './policy-form.ts';
import { isOldPolicy, policyOrderProblems } from './policy-order.ts';
import { type KddConversion, wantedObject } from './wanted.ts';

/** The most names in a command. */
const NAMES_SHOWN = 20;

/**
 * GlobalNetworkPolicies of 2.6 in the form that 3.0 can address and edit: named `default.<name>`, with actions and types
 * in v3's case (conversion reference, section 10). The old objects stay.
 *
 * They are written only where `allOn3` says that no node of 2.x runs. A node of 2.6 would read the new objects, too, and
 * knows neither `Allow` nor `projectcalico.org/namespace`, which would make `calico/k8s_ns != 'x'` match everything.
 * Nodes of 3.0 read both objects, and the same rules twice change no verdict: what the first copy does not decide, the
 * second does not either, as long as no policy changes places with another of its order (`policyOrderProblems`). A log
 * rule logs twice.
 */
export function convertPolicies(policies: readonly KubeObject[], allOn3: boolean): KddConversion {
  const old = policies.filter(isOldPolicy);
  const misplaced = Map.groupBy(policyOrderProblems(policies), ({ object }) => object);
  const converted = old.map(policy => ({
    policy,
    ...convertOne(policy, misplaced.get(policyText(policy)) ?? []),
  }));
  const warnings = old.flatMap(meaningNotes);
  const problems = converted.flatMap(one => one.problems);
  if (old.length === 0) return { objects: [], problems: [], notes: [] };
  if (!allOn3) {
    const later = problems.map(({ object, field, reason, fix }) => ({
      object,
      reason: `${field} ${reason}, so that it cannot be converted for 3.0. ${fix}`,
    }));
    return { objects: [], problems: [], notes: [...warnings, ...later, leftNote(old)] };
  }
  const written = converted.filter(({ objects }) => objects.length > 0).map(({ policy }) => policy);
  return {
    objects: converted.flatMap(({ objects }) => objects),
    problems,
    notes: [...warnings, ...converted.flatMap(({ notes }) => notes), ...twiceNotes(written)],
  };
}

function convertOne(policy: KubeObject, misplaced: readonly Problem[]): KddConversion {
  const { metadata } = policy;
  const object = policyText(policy);
  const spec = isRecord(policy.spec) ? policy.spec : {};
  // What is no object where there should be one would look like an unknown field, which is left out.
  const shape = policyShapeProblems(object, spec);
  if (shape.length > 0) return { objects: [], problems: shape, notes: [] };
  const filled = { ...etcdPolicy(spec), types: typesOf(spec) };
  const unit = { kind: 'Policy' as const, id: metadata.name, name: object, parts: { name: metadata.name } };
  const result = convertPolicy(unit, new Map([['', JSON.stringify(filled)]]));
  const problems: Problem[] = [
    ...result.problems.map(({ field, reason }) => ({
      object,
      field: /^(spec|metadata)\b/.test(field) ? field : specPath(field),
      reason,
      fix: `Correct the policy: kubectl edit ${resourceName(GLOBAL_NETWORK_POLICIES)} ${metadata.name}`,
    })),
    ...misplaced,
  ];
  const notes = result.notes.map(({ reason }) => ({ object, reason: pathsInSpec(reason) }));
  const value = result.entry?.value;
  if (problems.length > 0 || value === undefined || typeof value === 'string')
    return { objects: [], problems, notes };
  const { [IDENTITY_ANNOTATION]: _, ...annotations } = metadata.annotations ?? {};
  const copied = copiedMetadata({ ...metadata, annotations }, value.metadata.name);
  return { objects: [wantedObject(GLOBAL_NETWORK_POLICIES, copied, value.spec)], problems, notes };
}

/** A note begins with the path that it is about. */
const pathsInSpec = (reason: string): string => {
  const [path = '', ...rest] = reason.split(' ');
  return [path.startsWith('spec') ? path : specPath(path), ...rest].join(' ');
};

/** The directions that a policy without types has in 2.6: those of its rules (tpr-to-crd reference, section 3). */
function typesOf(spec: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(spec.types) ? spec.types.length > 0 : spec.types) return spec.types;
  const has = (rules: unknown): boolean => Array.isArray(rules) && rules.length > 0;
  if (!has(spec.egress)) return ['ingress'];
  return has(spec.ingress) ? ['ingress', 'egress'] : ['egress'];
}

/** What the old object means to nodes of 3.0, which convert nothing when they read it. */
function meaningNotes(policy: KubeObject): Note[] {
  const spec = isRecord(policy.spec) ? policy.spec : {};
  const types = typesOf(spec);
  const object = policyText(policy);
  const oneWay = !spec.types && Array.isArray(types) && types.length === 1;
  const label = JSON.stringify(spec).includes(V1_NAMESPACE_LABEL);
  return [
    ...(oneWay
      ? [
          {
            object,
            reason: `has no types: for 2.6 it is of ${types.join()} only, for 3.0 of both directions. Write types: [${types.join()}] into it before the first node runs 3.0`,
          },
        ]
      : []),
    ...(label
      ? [
          {
            object,
            reason: `names the label ${V1_NAMESPACE_LABEL}, which endpoints have in 2.6 only; in 3.0 it is projectcalico.org/namespace`,
          },
        ]
      : []),
  ];
}

function leftNote(old: readonly KubeObject[]): Note {
  const reason =
    'left as they are while a calico-node of 2.x may run. Nodes of 3.0 apply them, but calicoctl 2.0 cannot get, change or delete them by name: run this job again when every node runs 3.0';
  return { object: policiesText(old), reason };
}

/** The old objects of those that were converted: they still apply. */
function twiceNotes(written: readonly KubeObject[]): Note[] {
  if (written.length === 0) return [];
  const names = written.slice(0, NAMES_SHOWN).map(({ metadata }) => metadata.name);
  const more = written.length > NAMES_SHOWN ? ` … (${written.length - NAMES_SHOWN} more)` : '';
  const reason = `apply beside the objects in the form of 3.0, so that what calicoctl changes or deletes there has no full effect. When you have seen the new ones work: kubectl delete ${resourceName(GLOBAL_NETWORK_POLICIES)} ${names.join(' ')}${more}`;
  return [{ object: policiesText(written), reason }];
}

const policyText = ({ metadata }: Pick<KubeObject, 'metadata'>): string =>
  `GlobalNetworkPolicy ${metadata.name}`;

function policiesText(policies: readonly KubeObject[]): string {
  const more = policies.length > 1 ? ` and ${policies.length - 1} more` : '';
  return `GlobalNetworkPolicy ${policies[0]?.metadata.name}${more}`;
}
