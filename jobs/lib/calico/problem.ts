/** Something a person has to decide: the object is not converted (exit code 3 unless told to skip it). */
export interface Problem {
  /** The object: `kind namespace/name`, for example `IpPool kube-system/10-64-0-0-16`. */
  readonly object: string;
  /** The field, as a path below the object, for example `spec.value.cidr`; '' for the object as a whole. */
  readonly field: string;
  /** What was found and what was expected, one sentence without a full stop. */
  readonly reason: string;
  /** What to do next, one sentence without a full stop. */
  readonly fix: string;
}

/** Something to know that stops nothing. */
export interface Note {
  readonly object: string;
  readonly reason: string;
}

export type Converted<T> =
  | { readonly ok: true; readonly value: T; readonly notes: readonly Note[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const converted = <T>(value: T, notes: readonly Note[] = []): Converted<T> => ({
  ok: true,
  value,
  notes,
});

export const failed = (...problems: readonly Problem[]): Converted<never> => ({ ok: false, problems });

/** `IpPool kube-system/10-64-0-0-16: spec.value.cidr: has host bits set; …. Write …` */
export function problemText(problem: Problem): string {
  const where = problem.field ? `${problem.object}: ${problem.field}` : problem.object;
  return `${where}: ${problem.reason}. ${problem.fix}.`;
}
