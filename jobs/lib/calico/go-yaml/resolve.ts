/** Words that YAML 1.1 takes for a boolean, nothing or a float, each as it is, capitalised or in capitals. */
const WORDS = new Set(
  ['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off', 'null', '.inf', '+.inf', '-.inf']
    .flatMap(word => [word, word.replace(/[a-z]/, letter => letter.toUpperCase()), word.toUpperCase()])
    .concat('', '~', '.nan', '.NaN', '.NAN'),
);

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const FLOAT = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i;
const HEX_FLOAT = /^[-+]?0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[-+]?[0-9]+$/i;
const INFINITY = /^[-+]inf(?:inity)?$/i;
const INTEGER = /^([-+]?)(0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/i;

/**
 * Whether a text, written plain, would be read back by yaml.v2 as something else than a string. Dates are not
 * among it: yaml.v2 did not know them in 2017. Nor are `<<` and `=`, which it forgets.
 */
export function looksTyped(text: string): boolean {
  return WORDS.has(text) || BASE_60.test(text) || isNumber(text);
}

function isNumber(text: string): boolean {
  if (text.startsWith('.')) return isFloat(text.replace(/(?<=[0-9])_(?=[0-9])/g, ''));
  if (!/^[-+0-9]/.test(text)) return false;
  const plain = text.replaceAll('_', '');
  return isInteger(plain) || isFloat(plain) || INFINITY.test(plain);
}

/** Go refuses what overflows a float; such a text stays a string. */
function isFloat(text: string): boolean {
  return (FLOAT.test(text) && Number.isFinite(Number(text))) || HEX_FLOAT.test(text);
}

/** Integers with a prefix. All others are floats, too, if they are too long for an integer. */
function isInteger(text: string): boolean {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits === undefined) return false;
  const value = BigInt(digits);
  if (sign === '') return value < 2n ** 64n;
  return sign === '-' ? value <= 2n ** 63n : value < 2n ** 63n;
}
