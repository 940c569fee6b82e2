import { classify } from '../../jobs/lib/kubernetes/errors.ts';
import { failureOf } from '../../jobs/lib/kubernetes/failures.ts';
import { Failure } from '../../jobs/lib/run/failure.ts';

/** Why an upgrade has to stop for an error, in words for the operator; undefined where a later try may mend it. */
export function stopReason(error: unknown): string | undefined {
  if (error instanceof Failure && error.outcome === 'failed') return undefined;
  return classify(error) === 'retry' ? undefined : failureOf(error).message;
}
