import { type Conflict, conflictText } from '../lib/calico/conflict.ts';
import { sameMeaning } from '../lib/calico/equal.ts';
import type { ExistingActions } from '../lib/calico/existing.ts';
import type { Written } from './apply.ts';
import { type Plan, targetKey, writeCount } from './plan.ts';

/** What a plan made after the copy says about the copy. */
export interface Verdict {
  /** Work that appeared during the run (ThirdPartyResources that changed), to be applied; undefined if there is none. */
  readonly remaining: Plan | undefined;
  /** What is not as it should be, and what this run must not repair by itself. */
  readonly differences: readonly string[];
}

/**
 * Judges a fresh plan. An object that we wrote in this run, and that is still as we wrote it, follows its
 * ThirdPartyResource when that has changed; any other difference is for a person. `plan` must be made with onConflict
 * stop, so that no difference hides; `kept` are the conflicts that were left as they are, by `conflictKey`.
 */
export function verdict(plan: Plan, written: Written, kept: ReadonlySet<string>): Verdict {
  const found = plan.actions.conflicts.filter(conflict => !kept.has(conflictKey(conflict)));
  const followers = found.filter(({ kind, existing, object }) => {
    const ours = object && written.get(targetKey(object));
    return ours !== undefined && sameMeaning(kind, existing, ours.object);
  });
  const others = found.filter(conflict => !followers.includes(conflict));
  const actions: ExistingActions = {
    ...plan.actions,
    conflicts: others,
    update: [
      ...plan.actions.update,
      ...followers.flatMap(({ existing, object }) =>
        object ? [{ object, existing, replacement: object.object }] : [],
      ),
    ],
  };
  const remaining = { ...plan, actions };
  return {
    remaining: writeCount(remaining) > 0 || plan.define.length > 0 ? remaining : undefined,
    differences: [...others.map(conflictText), ...orphans(plan, written)],
  };
}

/** What identifies the existing object of a conflict. */
export const conflictKey = ({ kind, existing }: Conflict): string =>
  `${kind.crd.kind} ${existing.metadata.name}`;

/** Copies whose ThirdPartyResource was deleted during the run: never deleted by us, so a person has to know. */
function orphans(plan: Plan, written: Written): readonly string[] {
  const wanted = new Set(plan.wanted.map(targetKey));
  return [...written.values()]
    .filter(object => !wanted.has(targetKey(object)))
    .map(
      ({ kind, object, source }) =>
        `${kind.crd.kind} ${object.metadata.name}: its ${kind.tpr.kind} ${source.metadata.name} was deleted during the run. If that was meant: kubectl delete ${kind.crd.plural}.${kind.crd.group} ${object.metadata.name}`,
    );
}
