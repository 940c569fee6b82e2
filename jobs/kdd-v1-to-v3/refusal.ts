import { kddConflictText } from '../lib/calico/kdd/existing.ts';
import { problemText } from '../lib/calico/problem.ts';
import { isBeingDeleted } from '../lib/kubernetes/object.ts';
import { type Failure, refused } from '../lib/run/failure.ts';
import { countOf } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

/** Everything that cannot be converted and every conflict in one refusal, so that one look is enough; none if clean. */
export function refusalOf(plan: Plan, skipInvalid: boolean): Failure | undefined {
  const invalid = skipInvalid ? [] : plan.problems;
  const { conflicts } = plan.actions;
  const dying = conflicts.filter(({ existing }) => isBeingDeleted(existing));
  const differing = conflicts.filter(({ canOverwrite }) => canOverwrite);
  const others = conflicts.length - dying.length - differing.length;
  const objects = new Set(invalid.map(({ object }) => object)).size;
  const reasons = [
    reason(objects, 'object', 'cannot be converted (repair, or leave out with --skip-invalid)'),
    reason(
      differing.length,
      '3.0 object',
      'in conflict with what would be written (decide with --on-conflict keep or overwrite)',
    ),
    reason(others, 'BGP peer', 'there under another name (delete as the log says, or --on-conflict keep)'),
    reason(dying.length, '3.0 object', 'being deleted (wait until gone)'),
  ].filter(text => text !== undefined);
  if (reasons.length === 0) return undefined;
  const details = [...invalid.map(problemText), ...conflicts.map(kddConflictText)];
  return refused(`nothing was written: ${reasons.join('; ')}`, details);
}

const reason = (count: number, what: string, text: string): string | undefined =>
  count > 0 ? `${countOf(count, what)} ${text}` : undefined;
