/** The names for `--force`. */
export const CHECKS = [
  'kubernetes-version',
  'customresourcedefinitions',
  'permissions',
  'datastore',
  'calico-version',
] as const;

export type CheckName = (typeof CHECKS)[number];
