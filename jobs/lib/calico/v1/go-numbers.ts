const INT64_END = 2n ** 63n;

/**
 * A whole number as Go's strconv.Atoi reads it: decimal, 64 bits. A bigint where a number would round it; `undefined` if
 * Go refuses it.
 */
export function parseGoInt(text: string): number | bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''));
  if (value < -INT64_END || value >= INT64_END) return undefined;
  const rounded = Number(value);
  return Number.isSafeInteger(rounded) ? rounded : value;
}

/** A number as Go's strconv.ParseFloat reads it, infinity and NaN included; `undefined` if Go refuses it. */
export function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const word = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (word) return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

/** 32 bits as Felix 2.6 reads them: with 0x hexadecimal, with 0 octal, else decimal; `undefined` if it refuses them. */
export function parseMark(text: string): number | undefined {
  const value = markValue(text);
  return value !== undefined && value <= 0xffff_ffff ? value : undefined;
}

function markValue(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined;
}
