/** What is wrong with one field of an object. */
export interface FieldProblem {
  /** A path below the object, for example `spec.ingress[0].source.nets[1]`; '' for the object as a whole. */
  readonly field: string;
  /** What was found and what was expected, one sentence without a full stop. */
  readonly reason: string;
  /** What to do next, one sentence without a full stop. */
  readonly fix: string;
}
