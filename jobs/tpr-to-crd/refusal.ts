import { conflictText } from '../lib/calico/conflict.ts';
import { problemText } from '../lib/calico/problem.ts';
import { isBeingDeleted } from '../lib/kubernetes/object.ts';
import { type Failure, refused } from '../lib/run/failure.ts';
import { countOf } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

/** Every object that cannot be converted and every conflict in one refusal, so that one look is enough; none if clean. */
export function refusalOf(plan: Plan, skipInvalid: boolean): Failure | undefined {
  const invalid = skipInvalid ? [] : plan.problems;
  const { conflicts } = plan.actions;
  const dying = conflicts.filter(({ existing }) => isBeingDeleted(existing));
  const strangers = conflicts.filter(conflict => !conflict.object && !dying.includes(conflict));
  const differing = conflicts.length - dying.length - strangers.length;
  const objects = new Set(invalid.map(({ object }) => object)).size;
  const reasons = [
    reason(objects, 'object', 'cannot be converted (repair, or leave out with --skip-invalid)'),
    reason(
      differing,
      'CRD object',
      'in conflict with what would be written (decide with --on-conflict keep or overwrite)',
    ),
    reason(
      strangers.length,
      'CRD object',
      'in the way without a TPR object (delete as the log says, or --on-conflict keep)',
    ),
    reason(dying.length, 'CRD object', 'being deleted (wait until gone)'),
  ].filter(text => text !== undefined);
  if (reasons.length === 0) return undefined;
  const details = [...invalid.map(problemText), ...conflicts.map(conflictText)];
  return refused(`nothing was written: ${reasons.join('; ')}`, details);
}

const reason = (count: number, what: string, text: string): string | undefined =>
  count > 0 ? `${countOf(count, what)} ${text}` : undefined;
