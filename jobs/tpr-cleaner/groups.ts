import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import type { Tprs } from '../lib/kubernetes/tprs.ts';

/**
 * The ThirdPartyResources of one API group. The API server destroys the objects of a group as a whole, when its last
 * ThirdPartyResource is deleted (tpr-to-crd reference, section 7).
 */
export interface TprGroup {
  readonly name: string;
  readonly kinds: readonly TprKind[];
  /** In the order in which they are deleted; with the last one the objects go. */
  readonly defined: readonly KubeObject[];
  /** How many objects are still there. */
  readonly objects: number;
  /** `going`: nothing is defined any more, and the API server still serves what it is about to destroy. */
  readonly state: 'there' | 'going' | 'gone';
  /**
   * Kinds whose objects nobody can see although they may be stored: their ThirdPartyResource was deleted, others of
   * the group were not, and the API server was started again since (the same section).
   */
  readonly hidden: readonly TprKind[];
}

/** Sorts what was read by API group. */
export function tprGroups({ definitions, instances }: Tprs): readonly TprGroup[] {
  const byName = new Map(definitions.map(definition => [definition.metadata.name, definition]));
  return [...Map.groupBy(TPR_KINDS, ({ tpr }) => tpr.group)].map(([name, kinds]) => {
    const defined = kinds.flatMap(({ tprName }) => byName.get(tprName) ?? []);
    const served = kinds.filter(({ tprName }) => instances.get(tprName) !== undefined);
    const hidden = kinds.filter(kind => !byName.has(kind.tprName) && !served.includes(kind));
    return {
      name,
      kinds,
      defined,
      objects: kinds.reduce((sum, { tprName }) => sum + (instances.get(tprName)?.length ?? 0), 0),
      state: stateOf(defined.length, served.length),
      hidden: defined.length > 0 ? hidden : [],
    };
  });
}

function stateOf(defined: number, served: number): TprGroup['state'] {
  if (defined > 0) return 'there';
  return served > 0 ? 'going' : 'gone';
}

/**
 * Names of ThirdPartyResources, of all that there are, that are not Calico's but of its API groups: as long as one of
 * them exists nothing of the group is destroyed, and when it is deleted everything is.
 */
export function foreignTprs(all: readonly KubeObject[]): readonly string[] {
  const own = new Set(TPR_KINDS.map(({ tprName }) => tprName));
  const groups = new Set(TPR_KINDS.map(({ tpr }) => tpr.group));
  return all
    .map(({ metadata }) => metadata.name)
    .filter(name => groups.has(name.slice(name.indexOf('.') + 1)) && !own.has(name));
}
