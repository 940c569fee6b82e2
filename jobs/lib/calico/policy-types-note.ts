import { isRecord } from '../kubernetes/object.ts';
import { isAtLeast } from './calico-version.ts';
import type { ConvertedObject } from './convert.ts';
import type { Note } from './problem.ts';

/**
 * A note if policies are written without `types`: 2.5 applies them to both directions, 2.6 only to those that have
 * rules (tpr-to-crd reference, section 3), so whoever goes on to 2.6 has to write them first.
 */
export function policyTypesNotes(
  objects: readonly ConvertedObject[],
  targetVersion: string,
): readonly Note[] {
  if (isAtLeast(targetVersion, '2.6.0')) return [];
  const without = objects.filter(
    ({ kind, object }) =>
      kind.crd.kind === 'GlobalNetworkPolicy' && !(isRecord(object.spec) && Array.isArray(object.spec.types)),
  );
  const [first] = without;
  if (!first) return [];
  const more = without.length > 1 ? ` and ${without.length - 1} more` : '';
  const reason = `written without types, right for 2.5. If 2.6 is to follow, run again before the first node runs 2.5, with --target-version 2.6.12 --on-conflict overwrite (2.5 ignores types); later add types by hand, or directions without rules lose their policy`;
  return [{ object: `GlobalNetworkPolicy ${first.object.metadata.name}${more}`, reason }];
}
