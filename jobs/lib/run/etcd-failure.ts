import { EtcdError } from '../etcd/errors.ts';
import { failureOf } from '../kubernetes/failures.ts';
import { Failure, refused } from './failure.ts';

/** What etcd refuses until a person has done something (job contract: exit codes 1 and 3). */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(['denied', 'tls', 'no-space', 'too-large']);

/** What a thrown error means for the run. */
export function etcdFailure(error: unknown): Failure {
  if (error instanceof EtcdError && NEEDS_A_PERSON.has(error.reason)) return refused(error.message);
  return failureOf(error);
}

/** The same failure with a sentence more. It keeps its cause, so that the reason of a stop is still known. */
export function withSentence(error: unknown, sentence: string): Failure {
  const { outcome, message, details } = etcdFailure(error);
  return new Failure(outcome, `${message}. ${sentence}`, details, error);
}
