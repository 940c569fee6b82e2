import { objectKey } from '../kubernetes/object.ts';
import type { ConvertedObject } from './convert.ts';
import { differences } from './diff.ts';
import { tprText } from './object-text.ts';
import type { Note, Problem } from './problem.ts';

interface Joined {
  readonly objects: readonly ConvertedObject[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

/**
 * Objects of one kind that meet at one name: with the same content they become one, otherwise none of them is
 * written (tpr-to-crd reference, section 10, rows 5 and 12). The result is in the order of the names.
 */
export function joinSameNames(objects: readonly ConvertedObject[]): Joined {
  const groups = Map.groupBy(objects, ({ object }) => object.metadata.name);
  const joined = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => joinGroup(name, group));
  return {
    objects: joined.flatMap(result => result.objects),
    problems: joined.flatMap(result => result.problems),
    notes: joined.flatMap(result => result.notes),
  };
}

function joinGroup(name: string, group: readonly ConvertedObject[]): Joined {
  const kept = group.find(({ source }) => source.metadata.name === name) ?? group[0];
  if (kept === undefined || group.length === 1) return { objects: group, problems: [], notes: [] };
  const others = group.filter(other => other !== kept);
  if (!others.every(other => sameContent(other, kept))) {
    return { objects: [], problems: group.map(one => clash(name, one, group)), notes: [] };
  }
  const notes = others.map(({ kind, source }) => ({
    object: tprText(kind, source),
    reason: `has the same content as ${tprText(kind, kept.source)}, so one ${kind.crd.kind} ${name} is written for both`,
  }));
  return { objects: [{ ...kept, duplicates: others.map(({ source }) => source) }], problems: [], notes };
}

/** In both directions: labels that only one of them has would be lost. */
function sameContent(a: ConvertedObject, b: ConvertedObject): boolean {
  return (
    differences(a.kind, a.object, b.object).length === 0 &&
    differences(a.kind, b.object, a.object).length === 0
  );
}

function clash(name: string, one: ConvertedObject, group: readonly ConvertedObject[]): Problem {
  const others = group.filter(other => other !== one).map(({ source }) => objectKey(source));
  return {
    object: tprText(one.kind, one.source),
    field: '',
    reason: `becomes ${one.kind.crd.kind} ${name}, as does ${others.join(', ')} with another content`,
    fix: 'Delete the objects that are wrong, and keep one',
  };
}
