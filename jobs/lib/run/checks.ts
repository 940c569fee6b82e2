import { InvalidArgumentError } from 'commander';
import { refused } from './failure.ts';
import type { Log } from './log.ts';
import { parseList } from './options.ts';

/** One thing that preflight looked at. */
export interface Check<Name extends string = string> {
  readonly name: Name;
  readonly ok: boolean;
  /** What was found; for a failed check also what to do next. */
  readonly text: string;
}

export const good = <Name extends string>(name: Name, text: string): Check<Name> => ({
  name,
  ok: true,
  text,
});
export const bad = <Name extends string>(name: Name, text: string): Check<Name> => ({
  name,
  ok: false,
  text,
});

/** Logs every check; throws a refusal with all failed ones that are not forced. */
export function judge<Name extends string>(
  checks: readonly Check<Name>[],
  force: readonly Name[],
  log: Log,
): void {
  for (const { ok, name, text } of checks) {
    if (ok) log.info(text);
    else if (force.includes(name)) log.warn(`forced, although ${text}`);
  }
  const failed = checks.filter(({ ok, name }) => !ok && !force.includes(name));
  if (failed.length === 0) return;
  throw refused(failed.map(({ name, text }) => `${text} (check ${name})`).join('. '));
}

/** Parses `--force`: names of the checks of one job. */
export function checksParser<Name extends string>(
  checks: readonly Name[],
): (text: string, previous?: readonly Name[]) => readonly Name[] {
  const find = (name: string): Name | undefined => checks.find(check => check === name);
  return (text, previous = []) => {
    const names = parseList(text);
    const unknown = names.filter(name => find(name) === undefined);
    if (unknown.length > 0) {
      throw new InvalidArgumentError(
        `No check is named ${unknown.join(', ')}; the checks are: ${checks.join(', ')}.`,
      );
    }
    return [...previous, ...names.flatMap(name => find(name) ?? [])];
  };
}
