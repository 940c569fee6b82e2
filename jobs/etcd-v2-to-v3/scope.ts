import { placeKey } from '../lib/calico/v1/place.ts';
import type { UnitKind } from '../lib/calico/v1/unit.ts';
import { type Facts, isFinished } from '../lib/run/migration-facts.ts';
import type { State } from './state.ts';

/** What every calico/node writes when it starts: one of 2.6 to v1, whatever is paused, and one of 3.0 to v3. */
const WRITTEN_BY_NODES: ReadonlySet<UnitKind> = new Set(['Node', 'ClusterInformation']);

/**
 * What is still ours to change in etcd v3, by v3 key: everything at first, but after a finished copy only what changed in
 * v1 since then, as Calico 3.0 may already keep its own data up to date.
 */
export function scopeOf(facts: Facts, state: State): ReadonlySet<string> | undefined {
  const { record } = facts;
  if (!record || !isFinished(facts)) return undefined;
  const { sourceIndex = 0 } = record;
  const scope = new Set<string>();
  for (const [key, index] of state.indexes) {
    const { unit } = index > sourceIndex ? placeKey(key) : {};
    if (!unit || WRITTEN_BY_NODES.has(unit.kind)) continue;
    const v3Key = state.outcomes.get(unit.id)?.v3Key;
    if (v3Key !== undefined) scope.add(v3Key);
  }
  return scope;
}
