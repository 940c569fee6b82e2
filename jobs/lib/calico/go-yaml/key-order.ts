const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

/**
 * Compares two keys of a mapping as yaml.v2 sorts them: by code point, but a letter comes after anything else, and
 * digits compare as numbers (`keyList` in its sorter.go).
 */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((char, i) => char !== right[i]);
  const [x, y] = [left[at], right[at]];
  if (x === undefined || y === undefined) return left.length - right.length;
  const [xIsLetter, yIsLetter] = [LETTER.test(x), LETTER.test(y)];
  if (xIsLetter !== yIsLetter) return xIsLetter ? 1 : -1;
  return (xIsLetter ? 0 : compareDigits(left, right, at)) || codePoint(x) - codePoint(y);
}

/** A zero that follows other digits is not a leading zero: a 1 stands for what came before, on both sides. */
function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const isZero = left[at] === '0' || right[at] === '0';
  const before = isZero && hasDigitsBefore(left, at) ? 1n : 0n;
  const x = digitRun(left, at, before);
  const y = digitRun(right, at, before);
  if (x.value !== y.value) return x.value < y.value ? -1 : 1;
  return x.length - y.length;
}

function hasDigitsBefore(chars: readonly string[], at: number): boolean {
  let start = at;
  while (DIGIT.test(chars[start - 1] ?? '')) start--;
  return chars.slice(start, at).some(char => char !== '0');
}

function digitRun(chars: readonly string[], at: number, before: bigint) {
  let end = at;
  let value = before;
  for (; DIGIT.test(chars[end] ?? ''); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codePoint(chars[end] ?? '0') - 0x30));
  }
  return { value, length: end - at };
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}
