import { createHash } from 'node:crypto';
import type { UpgradeSpec } from '../api/spec.ts';

/** A short text that differs where values differ; the order of keys counts, which is always that of the schema here. */
const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** Of the whole spec: another one is a person's word, so it goes on after a stop. */
export const specFingerprint = (spec: UpgradeSpec): string => hashOf(spec);

/** Of what the steps are planned for. How they are done, and whether to go on, changes no plan. */
export function planFingerprint(spec: UpgradeSpec, isRollback: boolean): string {
  const { targetVersion, fromVersion, components, images, registry, manifests, env, backup, addOns } = spec;
  return hashOf([
    ...[targetVersion, fromVersion, components, images, registry, manifests, env, backup, addOns],
    isRollback,
  ]);
}
