import { durationText, goDuration } from '../go-duration.ts';
import { valueText } from '../object-text.ts';
import { parseGoFloat, parseGoInt, parseMark } from './go-numbers.ts';
import { convertLogLevel } from './log-level.ts';
import type { UnitProblem } from './unit.ts';

/** What became of the text of a Felix setting. */
export type FelixValue =
  /** `value` is `undefined` where v3 has nothing to store for it. */
  | { readonly value: unknown; readonly note?: string }
  | { readonly reason: string; readonly fix: string; readonly report: UnitProblem['report'] };

/** Converts the text of a Felix setting to what v3 stores. */
export type ConvertFelixValue = (text: string) => FelixValue;

const TRUE: ReadonlySet<string> = new Set(['true', '1', 'yes', 'y', 't']);
/** Felix takes `none` for the zero value of a setting. */
const FALSE: ReadonlySet<string> = new Set(['false', '0', 'no', 'n', 'f', 'none']);

const SECONDS = 1_000_000_000;

/** True or false in all the forms that Felix 2.6 reads. */
export const booleanValue: ConvertFelixValue = text => {
  const word = text.toLowerCase();
  if (TRUE.has(word)) return { value: true };
  if (FALSE.has(word)) return { value: false };
  return unreadable(text, 'true or false', 'Set it to true or false');
};

/** A whole number. */
export const integerValue: ConvertFelixValue = text => {
  const value = parseGoInt(text);
  return value === undefined ? unreadable(text, 'a whole number', 'Set it to a whole number') : { value };
};

/** A text, which v3 leaves out where it is empty. */
export const textValue: ConvertFelixValue = text => ({ value: text === '' ? undefined : text });

/** A text that v3 stores even if it is empty. */
export const presentText: ConvertFelixValue = text => ({ value: text });

/** 32 bits of packet marks. */
export const markValue: ConvertFelixValue = text => {
  const value = parseMark(text);
  if (value !== undefined) return { value };
  return unreadable(text, '32 bits such as 0xff000000', 'Set it to a mask such as 0xff000000');
};

/** A number of seconds. */
export const secondsValue: ConvertFelixValue = text => durationValue(text, SECONDS);

/** A number of milliseconds. */
export const millisecondsValue: ConvertFelixValue = text => durationValue(text, SECONDS / 1000);

/** A log level. */
export const logLevelValue: ConvertFelixValue = text => {
  if (text === '') return { value: undefined };
  const { level, note } = convertLogLevel(text);
  return note === undefined ? { value: level } : { value: level, note };
};

/** One of some words, in any case; v3 accepts it in one spelling only. */
export function wordOf(...words: readonly string[]): ConvertFelixValue {
  return text => {
    const word = words.find(candidate => candidate.toLowerCase() === text.toLowerCase());
    if (word !== undefined || text === '') return { value: word };
    const choice = words.join(', ');
    return {
      reason: `is ${valueText(text)}, expected one of ${choice}`,
      fix: `Set it to one of ${choice}`,
      report: 'validationerrors',
    };
  };
}

/** Which interfaces outgoing NAT is for: a name of an interface, with a + at the end for all that begin so. */
export const interfaceFilterValue: ConvertFelixValue = text => {
  if (text === '' || /^[a-zA-Z0-9:._+-]{1,15}$/.test(text)) return textValue(text);
  return {
    reason: `is ${valueText(text)}, expected 1 to 15 letters, digits, ':', '.', '_', '+' and '-'`,
    fix: 'Set it to the name of an interface, or delete it',
    report: 'validationerrors',
  };
};

function durationValue(text: string, unit: number): FelixValue {
  const number = parseGoFloat(text);
  if (number === undefined) return unreadable(text, 'a number', 'Set it to a number');
  const { nanoseconds, fits } = goDuration(number, unit);
  const value = durationText(nanoseconds);
  if (fits) return { value };
  return {
    value,
    note: `is ${valueText(text)}, more than v3 can hold: it becomes ${value}, and should be corrected`,
  };
}

/** The text of a setting that cannot be converted. */
export function unreadable(text: string, expected: string, fix: string): FelixValue {
  return { reason: `is ${valueText(text)}, expected ${expected}`, fix, report: 'conversionerrors' };
}
