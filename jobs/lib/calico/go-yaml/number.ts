const UINT64_END = 2n ** 64n;
const INT64_START = -(2n ** 63n);

/**
 * A JSON number as yaml.v2 of 2017 prints it: an integer of 64 bits with all its digits, anything else rounded to a
 * float of 32 bits, the shortest text that reads back, with an exponent below -4 and from 6 on (Go's `'g', -1, 32`).
 */
export function numberText(value: number): string {
  const json = JSON.stringify(value);
  if (!/^-?[0-9]+$/.test(json)) return floatText(Math.fround(value));
  const integer = BigInt(json);
  return integer >= INT64_START && integer < UINT64_END ? json : floatText(Math.fround(value));
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = shortest(value);
  const [mantissa = '', exponent = ''] = text.split('e');
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(Number(text));
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** Nine digits are enough for every float of 32 bits. */
function shortest(value: number): string {
  for (let digits = 0; digits < 8; digits++) {
    const text = rounded(value, digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return rounded(value, 8);
}

/** JavaScript rounds a tie away from zero, Go to the even digit. */
function rounded(value: number, digits: number): string {
  const exact = value.toExponential(100);
  const tie = new RegExp(`^(-?[0-9]\\.?[0-9]{${digits}})50*(e.*)$`).exec(exact);
  const [, kept = '', exponent = ''] = tie ?? [];
  return /[02468]\.?$/.test(kept) ? kept + exponent : value.toExponential(digits);
}
