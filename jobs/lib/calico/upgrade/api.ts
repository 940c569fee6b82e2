import type { Resource } from '../../kubernetes/resource.ts';

export const UPGRADE_GROUP = 'upgrade.projectcalico.org';

/** The object that a person describes an upgrade with (design, controller contract). */
export const CALICO_UPGRADES: Resource = {
  group: UPGRADE_GROUP,
  version: 'v1alpha1',
  plural: 'calicoupgrades',
  kind: 'CalicoUpgrade',
  namespaced: false,
};
