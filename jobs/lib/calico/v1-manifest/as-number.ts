import { parseAsNumber } from '../as-number.ts';
import { type Read, wrong } from '../v1/json-fields.ts';

/** An AS number: a number, or a text such as "64512" or "1.10". */
export const readAsNumber: Read<number> = (value, path, source) =>
  parseAsNumber(value) ??
  wrong(
    source,
    path,
    value,
    'an AS number',
    'Write a number such as 64512, or two numbers with a dot in quotes, such as "1.10"',
  );
