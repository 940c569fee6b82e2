import { refused } from './failure.ts';
import type { Log } from './log.ts';

/** A precondition of a run, under the name by which refusals and `--force` know it. */
export interface NamedCheck<Name extends string = string> {
  readonly name: Name;
  readonly ok: boolean;
  /** What was found; for a failed check also what to do next. */
  readonly text: string;
  /** A line for each object that made it fail. */
  readonly details?: readonly string[];
}

/** Logs every check; throws a refusal with all failed ones that are not forced. */
export function judge<Name extends string>(
  checks: readonly NamedCheck<Name>[],
  force: readonly Name[],
  log: Log,
): void {
  for (const { ok, name, text } of checks) {
    if (ok) log.info(text);
    else if (force.includes(name)) log.warn(`forced, although ${text}`);
  }
  const failed = checks.filter(({ ok, name }) => !ok && !force.includes(name));
  if (failed.length === 0) return;
  throw refused(
    failed.map(({ name, text }) => `${text} (check ${name})`).join('. '),
    failed.flatMap(({ details = [] }) => details),
  );
}
