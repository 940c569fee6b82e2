import { failureOf } from '../lib/kubernetes/failures.ts';
import { refused } from '../lib/run/failure.ts';

/** A refusal says that nothing was written; one in the middle of the writes has to say otherwise. */
export async function sayWhatStays<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { outcome, message, details } = failureOf(error);
    if (outcome !== 'refused') throw error;
    throw refused(
      `${message}. What is written already stays; start again when the reason is removed`,
      details,
    );
  }
}
