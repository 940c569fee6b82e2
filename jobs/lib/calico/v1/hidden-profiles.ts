import { findingsOf } from './findings.ts';
import { noteHidden } from './ipam-host.ts';
import { objectOf, readJson, struct } from './json-fields.ts';
import { readStrings } from './json-readers.ts';
import type { Unit, UnitNote, UnitValues } from './unit.ts';
import { onlyValue } from './unit-result.ts';

const ENDPOINT = objectOf(struct('profile_ids'));

/** Notes that an endpoint has profiles that etcd v2 hides, and that are therefore not carried over. */
export function hiddenProfileNotes(unit: Unit, values: UnitValues): readonly UnitNote[] {
  const [key, text] = onlyValue(values);
  if (!text.includes('"_')) return [];
  const unread = findingsOf(unit);
  const profiles = readJson({ found: unread, key }, text, ENDPOINT)?.get('profile_ids', readStrings) ?? [];
  const found = findingsOf(unit);
  for (const profile of profiles) noteHidden(found, key, 'the profile', profile);
  return found.notes;
}
