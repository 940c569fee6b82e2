import type { Findings } from '../v1/findings.ts';
import { struct } from '../v1/json-fields.ts';
import { listOf } from '../v1/json-readers.ts';
import type { V3Resource } from '../v1/unit.ts';
import type { FieldProblem } from '../v3/field-problem.ts';
import { type ConvertedObject, convertObject, fieldProblem } from './convert-object.ts';
import { readDocuments } from './documents.ts';
import { MANIFEST_KINDS } from './kinds.ts';
import { manifestObject, readAnything } from './reading.ts';
import { typeOf } from './type-meta.ts';

/** Where something is in a file. */
export interface Place {
  /** The number of the document, from 1; 0 for the file as a whole. */
  readonly document: number;
  /** The number of the object in a list, from 1; `2.3` for the third one of a list that is second in a list. */
  readonly item?: string;
  /** The object, or its kind; '' where it is not known. */
  readonly object: string;
}

/** Something that stands in the way of the conversion. */
export interface ManifestProblem extends Place, FieldProblem {}

/** Something to know that stops nothing: one sentence without a full stop. */
export interface ManifestNote extends Place {
  readonly reason: string;
}

/** What becomes of a file. */
export interface ManifestConversion {
  /** In the order of the file, in the form in which they are stored. */
  readonly resources: readonly V3Resource[];
  readonly problems: readonly ManifestProblem[];
  readonly notes: readonly ManifestNote[];
}

type Outcome = Place & Pick<ConvertedObject, 'resource' | 'v3Name' | 'problems' | 'notes'>;

/**
 * Converts a file of manifests of calicoctl 1.x to v3: documents of YAML or JSON, each an object, a list of objects, or an
 * object such as `policyList` that has a list.
 */
export function convertManifests(text: string): ManifestConversion {
  const documents = readDocuments(text);
  const outcomes = documents.flatMap(({ number, content }) =>
    'problem' in content
      ? [failure({ document: number, object: '' }, content.problem)]
      : convertValue(content.value, { document: number }),
  );
  const problems = [
    ...outcomes.flatMap(({ problems: own, ...outcome }) =>
      own.map(problem => ({ ...placeOf(outcome), ...problem })),
    ),
    ...clashes(outcomes),
  ];
  return {
    resources: outcomes.flatMap(({ resource }) => (resource ? [resource] : [])),
    problems: documents.length === 0 ? [nothing] : problems,
    notes: outcomes.flatMap(outcome => outcome.notes.map(reason => ({ ...placeOf(outcome), reason }))),
  };
}

const nothing: ManifestProblem = {
  document: 0,
  object: '',
  field: '',
  reason: 'holds no object',
  fix: 'Name a file with manifests of calicoctl 1',
};

type Position = Omit<Place, 'object'>;

function convertValue(value: unknown, position: Position, listed?: string): readonly Outcome[] {
  if (Array.isArray(value) && position.item === undefined) return convertItems(value, position);
  const typed = typeOf(value, listed);
  if ('problem' in typed) return [failure({ ...position, object: '' }, typed.problem)];
  if (typed.itemKind !== undefined) return convertList(value, typed.itemKind, position);
  const kind = MANIFEST_KINDS.get(typed.kind);
  if (kind === undefined) throw new RangeError(`there is no kind ${typed.kind}`);
  const { name, ...converted } = convertObject(typed.kind, kind, value);
  return [{ ...position, object: name, ...converted }];
}

const readList = manifestObject(struct('apiVersion', 'kind', 'metadata', 'items'));
const readListMetadata = manifestObject(struct());

/** A list with a kind. It has no place for another such list. */
function convertList(value: unknown, itemKind: string, position: Position): readonly Outcome[] {
  const object = `${itemKind}List`;
  const found: Findings = { object, problems: [], notes: [] };
  const source = { found, key: '' };
  const list = readList(value, '', source);
  list?.get('metadata', readListMetadata);
  const items = list?.get('items', (field, path) =>
    Array.isArray(field) ? field : listOf(readAnything)(field, path, source),
  );
  const problems = found.problems.map(fieldProblem);
  const own: Outcome = { ...position, object, problems, notes: [] };
  return [...(problems.length > 0 ? [own] : []), ...convertItems(items ?? [], position, itemKind)];
}

function convertItems(items: readonly unknown[], position: Position, listed?: string): readonly Outcome[] {
  return items.flatMap((item, index) =>
    convertValue(item, { document: position.document, item: itemNumber(position, index) }, listed),
  );
}

const itemNumber = ({ item }: Position, index: number): string =>
  item === undefined ? String(index + 1) : `${item}.${index + 1}`;

/** Objects of one run that have the same name in v3: the last one applied would be all that is left. */
function clashes(outcomes: readonly Outcome[]): readonly ManifestProblem[] {
  const owners = new Map<string, Outcome>();
  return outcomes.flatMap(outcome => {
    const { v3Name } = outcome;
    const first = v3Name === undefined ? undefined : owners.get(v3Name);
    if (v3Name !== undefined && first === undefined) owners.set(v3Name, outcome);
    return first ? [clash(outcome, first, v3Name ?? '')] : [];
  });
}

const clash = (second: Outcome, first: Outcome, v3Name: string): ManifestProblem => ({
  ...placeOf(second),
  field: '',
  reason: `becomes ${v3Name}, as does ${placeText(first)}`,
  fix: 'Rename or remove one of them',
});

const failure = (place: Place, problem: FieldProblem): Outcome => ({
  ...place,
  problems: [problem],
  notes: [],
});

const placeOf = ({ document, item, object }: Place): Place => ({
  document,
  ...(item !== undefined && { item }),
  object,
});

/** `document 2, item 3: Policy(name=x)`; '' for a file as a whole. */
export function placeText({ document, item, object }: Place): string {
  if (document === 0) return '';
  const place = item === undefined ? `document ${document}` : `document ${document}, item ${item}`;
  return object === '' ? place : `${place}: ${object}`;
}
