import { classify } from '../../jobs/lib/kubernetes/errors.ts';
import { failureOf } from '../../jobs/lib/kubernetes/failures.ts';
import { Failure } from '../../jobs/lib/run/failure.ts';

/** Why an upgrade has to stop for an error, in words for the operator; undefined where a later try may mend it. */
export function stopReason(error: unknown): string | undefined {
  if (error instanceof Failure && error.outcome === 'failed') return undefined;
  return classify(error) === 'retry' ? undefined : failureOf(error).message;
}

/** Why a step is tried again, where it is not simply the API server that does not answer: a person may have to look in the end. */
export function failingReason(error: unknown): string | undefined {
  const isFailed = error instanceof Failure && error.outcome === 'failed';
  return isFailed && classify(error.cause) !== 'retry' ? error.message : undefined;
}
