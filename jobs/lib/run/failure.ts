/** How a run ended. The exit codes are part of the job contract (README, "Exit codes"). */
export const EXIT_CODES = { done: 0, failed: 1, usage: 2, refused: 3, different: 4 } as const;

export type Outcome = keyof typeof EXIT_CODES;

export type FailedOutcome = Exclude<Outcome, 'done'>;

/**
 * A run that cannot go on, in words for the operator: never shown with a stack trace.
 * `details` are further lines, one for each object concerned.
 */
export class Failure extends Error {
  readonly outcome: FailedOutcome;
  readonly details: readonly string[];

  constructor(outcome: FailedOutcome, message: string, details: readonly string[] = [], cause?: unknown) {
    super(message, { cause });
    this.name = 'Failure';
    this.outcome = outcome;
    this.details = details;
  }
}

/** A precondition does not hold, or the data needs a person (exit code 3). */
export const refused = (message: string, details: readonly string[] = []): Failure =>
  new Failure('refused', message, details);

/** Wrong usage or configuration (exit code 2). */
export const wrongUsage = (message: string): Failure => new Failure('usage', message);

/** Verification found a difference (exit code 4). */
export const different = (message: string, details: readonly string[] = []): Failure =>
  new Failure('different', message, details);

/** What failed may work at the next try (exit code 1). */
export const failedRun = (message: string, cause?: unknown): Failure =>
  new Failure('failed', message, [], cause);

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
