/** Whether a measured number reaches its target. */
export interface Verdict {
  readonly met: boolean;
  readonly text: string;
}

const number = (value: number): string => value.toFixed(value < 100 ? 2 : 0);

/** A number that does not exist is a miss. */
export const atMost = (what: string, value: number, target: number, unit: string): Verdict => ({
  met: value <= target,
  text: `${what}: ${number(value)} ${unit}`.trimEnd().concat(`, at most ${target}`),
});

export const atLeast = (what: string, value: number, target: number, unit: string): Verdict => ({
  met: value >= target,
  text: `${what}: ${number(value)} ${unit}`.trimEnd().concat(`, at least ${target}`),
});
