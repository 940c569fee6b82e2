import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { inexactNumbers } from './exact-numbers.ts';
import { crdObject } from './metadata.ts';
import { tprText, valueText } from './object-text.ts';
import { type Converted, converted, failed, type Note, type Problem } from './problem.ts';
import type { TprKind } from './tpr-kinds.ts';

/**
 * GlobalConfig to GlobalFelixConfig, GlobalBgpConfig to GlobalBGPConfig: the spec as it is, under the name by which
 * Calico looks it up, `lowercase(spec.name)` (tpr-to-crd reference, sections 3 and 10, rows 5 and 8).
 */
export function convertConfig(kind: TprKind, source: KubeObject): Converted<KubeObject> {
  const object = tprText(kind, source);
  const { spec } = source;
  if (!isRecord(spec)) {
    return failed({
      object,
      field: 'spec',
      reason: `is ${valueText(spec)}, expected an object with a name and a value`,
      fix: 'Write the setting into it, or delete the object',
    });
  }
  const problems = [
    ...nameProblems(object, spec.name),
    ...valueProblems(object, spec.value),
    ...inexactNumbers(object, spec),
  ];
  if (problems.length > 0 || typeof spec.name !== 'string') return failed(...problems);
  const name = spec.name.toLowerCase();
  return converted(crdObject(kind, source, name, spec), configNotes(object, source, name));
}

function nameProblems(object: string, name: unknown): Problem[] {
  const field = 'spec.name';
  if (typeof name !== 'string' || name === '') {
    return [
      {
        object,
        field,
        reason: `is ${valueText(name)}, expected the name of a setting`,
        fix: 'Write the name of the setting, or delete the object',
      },
    ];
  }
  if (isObjectName(name.toLowerCase())) return [];
  return [
    {
      object,
      field,
      reason: `${valueText(name)} in lower case is no valid object name, so Calico 2.5 could not read the setting`,
      fix: 'Correct the name of the setting, or delete the object',
    },
  ];
}

function valueProblems(object: string, value: unknown): Problem[] {
  if (typeof value === 'string' || value === undefined || value === null) return [];
  return [
    {
      object,
      field: 'spec.value',
      reason: `is ${valueText(value)}, expected a string`,
      fix: 'Write the value in quotes',
    },
  ];
}

function configNotes(object: string, source: KubeObject, name: string): Note[] {
  if (source.metadata.name === name) return [];
  return [{ object, reason: `is written as ${name}, the name by which Calico 2.5 looks it up` }];
}

/** A DNS-1123 subdomain, as the API server wants the names of objects to be. */
function isObjectName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}
