const SECOND = 1_000_000_000n;
/** Go's time.Duration is an int64; amd64 makes this of every float that does not fit. */
const SMALLEST = -(2n ** 63n);
const END = 2n ** 63n;

/** A number of some unit as Go converts it: `time.Duration(unit * value)`, in nanoseconds. */
export function goDuration(value: number, unitNanoseconds: number): { nanoseconds: bigint; fits: boolean } {
  const product = Math.trunc(value * unitNanoseconds);
  if (!Number.isFinite(product)) return { nanoseconds: SMALLEST, fits: false };
  const nanoseconds = BigInt(product);
  const fits = nanoseconds >= SMALLEST && nanoseconds < END;
  return { nanoseconds: fits ? nanoseconds : SMALLEST, fits };
}

/** What Go's Duration.String prints: `1m30s`, `10.5s`, `250ms`, `0s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < SECOND) return sign + shortText(size);
  const seconds = size / SECOND;
  const [hours, minutes] = [seconds / 3600n, (seconds / 60n) % 60n];
  const rest = `${decimal(size % (60n * SECOND), 9)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${rest}`;
  return minutes > 0n ? `${sign}${minutes}m${rest}` : sign + rest;
}

function shortText(size: bigint): string {
  if (size < 1000n) return `${size}ns`;
  return size < 1_000_000n ? `${decimal(size, 3)}µs` : `${decimal(size, 6)}ms`;
}

/** A whole number with a decimal point before its last digits, zeros at the end left out. */
function decimal(size: bigint, digits: number): string {
  const text = size.toString().padStart(digits + 1, '0');
  const fraction = text.slice(-digits).replace(/0+$/, '');
  return text.slice(0, -digits) + (fraction === '' ? '' : `.${fraction}`);
}
