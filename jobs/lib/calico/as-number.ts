const MAX_32_BITS = 0xffff_ffff;

/**
 * An AS number as Calico reads it: a number of 32 bits, the same as a decimal string, or two 16-bit numbers with a
 * dot between, where `"1.10"` is 1·65536 + 10 (tpr-to-crd reference, section 2.1). `undefined` if it is none.
 */
export function parseAsNumber(value: unknown): number | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 0 && value <= MAX_32_BITS ? value : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const parts = value.split('.');
  if (parts.length > 2 || !parts.every(part => /^[0-9]+$/.test(part))) return undefined;
  const [high = 0, low] = parts.map(Number);
  if (low === undefined) return high <= MAX_32_BITS ? high : undefined;
  return high <= 0xffff && low <= 0xffff ? high * 0x1_0000 + low : undefined;
}
