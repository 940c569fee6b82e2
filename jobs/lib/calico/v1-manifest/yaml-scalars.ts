import { CORE_SCHEMA, defineScalarTag, mergeTag, NOT_RESOLVED, type Schema } from 'js-yaml';

const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(?:n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/;
const OCTAL = /^([-+]?)0([0-7]+)$/;
const PREFIXED = /^([-+]?)(0x[0-9a-f]+|0b[01]+)$/i;
const FRACTION = /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)$/;
/** With the sign that Go always writes. A container's ID such as `123e4567` has none, and is no number to anyone. */
const EXPONENT = /^[-+]?[0-9]+(?:\.[0-9]+)?e[-+][0-9]+$/i;

const booleanTag = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  resolve: source => (TRUE.test(source) ? true : FALSE.test(source) ? false : NOT_RESOLVED),
  identify: data => typeof data === 'boolean',
});

const integerTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  implicit: true,
  resolve: source => integerOf(source) ?? NOT_RESOLVED,
  identify: data => Number.isInteger(data),
});

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  implicit: true,
  resolve: source => floatOf(source) ?? NOT_RESOLVED,
  identify: data => typeof data === 'number',
});

/**
 * How calicoctl 1.x, with yaml.v2 of 2017, reads scalars that are not in quotes: `yes` is true, `0777` is 511, a range of
 * ports `8000:8100` and a date are texts. `<<` merges.
 */
export const CALICOCTL_SCHEMA: Schema = CORE_SCHEMA.withTags(booleanTag, integerTag, floatTag, mergeTag);

function integerOf(source: string): number | undefined {
  const plain = /^[-+]?[0-9]/.test(source) ? source.replaceAll('_', '') : source;
  if (DECIMAL.test(plain)) return Number(plain);
  const [, octalSign, octal] = OCTAL.exec(plain) ?? [];
  if (octal !== undefined) return signed(octalSign, Number.parseInt(octal, 8));
  const [, sign, prefixed] = PREFIXED.exec(plain) ?? [];
  return prefixed === undefined ? undefined : signed(sign, Number(prefixed));
}

function floatOf(source: string): number | undefined {
  if (!FRACTION.test(source) && !EXPONENT.test(source)) return undefined;
  const value = Number(source);
  return Number.isFinite(value) ? value : undefined;
}

const signed = (sign: string | undefined, value: number): number => (sign === '-' ? -value : value);
