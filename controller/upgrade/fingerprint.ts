import { fingerprint } from '../../jobs/lib/calico/upgrade/fingerprint.ts';
import type { UpgradeSpec } from '../api/spec.ts';

/** Of what the steps are planned for. How they are done, and whether to go on, changes no plan. */
export function planFingerprint(spec: UpgradeSpec, isRollback: boolean): string {
  const { targetVersion, fromVersion, components, images, registry, manifests, env, backup, addOns } = spec;
  const plan = { targetVersion, fromVersion, components, images, registry, manifests, env, backup, addOns };
  return fingerprint({ ...plan, isRollback });
}
