import { type Findings, isConverted } from '../v1/findings.ts';
import { type JsonSource, struct } from '../v1/json-fields.ts';
import type { UnitProblem, V3Resource } from '../v1/unit.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import { controllerNote } from './controller-note.ts';
import type { ManifestKind } from './kinds.ts';
import { manifestFix } from './manifest-fix.ts';
import { originOf } from './origins.ts';
import { manifestObject } from './reading.ts';
import type { StoredForm } from './stored-form.ts';

const readEnvelope = manifestObject(struct('apiVersion', 'kind', 'metadata', 'spec'));

/** What became of one object of a manifest. Where there is a problem, `resource` is not there. */
export interface ConvertedObject {
  /** The object as people know it, for example `Policy(name=x)`; its kind where it does not say who it is. */
  readonly name: string;
  /** In the form in which it is stored: policies with the prefix `default.`. */
  readonly resource?: V3Resource;
  /** `Kind(name)` or `Kind(namespace/name)`; also of an object that v3 does not accept. */
  readonly v3Name?: string;
  /** Fields are paths in the manifest, below the object. */
  readonly problems: readonly FieldProblem[];
  /** Sentences without a full stop. */
  readonly notes: readonly string[];
}

/**
 * Converts an object of a manifest of calicoctl 1.x: to what calicoctl 1.x stores in etcd v2 for it, and that to v3 as the
 * migration of etcd does.
 */
export function convertObject(kindName: string, kind: ManifestKind, value: unknown): ConvertedObject {
  const found: Findings = { object: kindName, problems: [], notes: [] };
  const source: JsonSource = { found, key: '' };
  const envelope = readEnvelope(value, '', source);
  const form = envelope && kind.read(envelope, source);
  const own = found.problems.map(fieldProblem);
  if (form === undefined) return { name: kindName, problems: own, notes: [] };
  const { name } = form.unit;
  // A value that could not be read is not in the stored form, and what is said of it would be wrong.
  if (!isConverted(found)) return { name, problems: own, notes: [] };
  return convertStored(form, kind, own);
}

function convertStored(form: StoredForm, kind: ManifestKind, own: readonly FieldProblem[]): ConvertedObject {
  const { unit, values } = form;
  const { entry, v3Name, problems, notes } = kind.convert(unit, values);
  const all = [...own, ...problems.map(problem => inManifest(form, problem))];
  const note = controllerNote(unit);
  const resource = typeof entry?.value === 'object' && all.length === 0 ? entry.value : undefined;
  return {
    name: unit.name,
    ...(resource && { resource }),
    ...(v3Name !== undefined && { v3Name }),
    problems: all,
    notes: [...notes.map(({ reason }) => reason), ...(note === undefined ? [] : [note])],
  };
}

function inManifest({ origins, bases }: StoredForm, problem: UnitProblem): FieldProblem {
  const { field, reason, fix } = problem;
  const base = problem.report === 'conversionerrors' ? (bases?.get(problem.key) ?? '') : '';
  return { field: originOf(origins, base + field), reason, fix: manifestFix(fix) };
}

/** A problem of a manifest that was found with the readers for etcd v2, in words for a manifest. */
export const fieldProblem = ({ field, reason, fix }: UnitProblem): FieldProblem => ({
  field,
  reason,
  fix: manifestFix(fix),
});
