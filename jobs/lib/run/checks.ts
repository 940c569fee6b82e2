import { InvalidArgumentError } from 'commander';
import { refused } from './failure.ts';
import type { Log } from './log.ts';
import { parseList } from './options.ts';

/** A precondition of a job; its name is what `--force` takes. */
export interface Check<Name extends string = string> {
  readonly name: Name;
  readonly ok: boolean;
  /** What was found; for a failed check also what to do next. */
  readonly text: string;
  /** A line for each object that made it fail. */
  readonly details?: readonly string[];
}

/** A check that holds. */
export const good = <Name extends string>(name: Name, text: string): Check<Name> => ({
  name,
  ok: true,
  text,
});

/** A check that does not hold. */
export const bad = <Name extends string>(name: Name, text: string): Check<Name> => ({
  name,
  ok: false,
  text,
});

/**
 * Logs every check; throws a refusal with all failed ones that are not forced. `consequence` begins its sentence, such
 * as `nothing was deleted: `.
 */
export function judge(checks: readonly Check[], force: readonly string[], log: Log, consequence = ''): void {
  for (const { ok, name, text } of checks) {
    if (ok) log.info(text);
    else if (force.includes(name)) log.warn(`forced, although ${text}`);
  }
  const failed = checks.filter(({ ok, name }) => !ok && !force.includes(name));
  if (failed.length === 0) return;
  throw refused(
    consequence + failed.map(({ name, text }) => `${text} (check ${name})`).join('. '),
    failed.flatMap(({ details = [] }) => details),
  );
}

/** The parser of `--force`, for a job with these checks. Throws what commander shows where a name is none of them. */
export function checkListParser<Name extends string>(
  known: readonly Name[],
): (text: string, previous?: readonly Name[]) => readonly Name[] {
  const isKnown = (name: string): name is Name => known.some(check => check === name);
  return (text, previous = []) => {
    const names = parseList(text);
    const unknown = names.filter(name => !isKnown(name));
    if (unknown.length > 0) {
      throw new InvalidArgumentError(
        `No check is named ${unknown.join(', ')}; the checks are: ${known.join(', ')}.`,
      );
    }
    return [...previous, ...names.filter(isKnown)];
  };
}
