import { type Conflict, conflictText, deleteCommand } from '../lib/calico/conflict.ts';
import { sameMeaning } from '../lib/calico/equal.ts';
import { type ExistingActions, updatesOf } from '../lib/calico/existing.ts';
import type { Done } from './apply.ts';
import { type Plan, targetKey, writeCount } from './plan.ts';

/** What a plan made after the copy says about the copy. */
export interface Verdict {
  /** Work that appeared during the run (ThirdPartyResources that changed), to be applied; undefined if there is none. */
  readonly remaining: Plan | undefined;
  /** What is not as it should be, and what this run must not repair by itself. */
  readonly differences: readonly string[];
}

/**
 * Judges a fresh plan. An object that this run saw equal to its ThirdPartyResource, and that is still so, follows when
 * that has changed since; any other difference is for a person. `plan` must be made with onConflict stop, so that no
 * difference hides; `kept` are the conflicts that were left as they are, by `conflictKey`.
 */
export function verdict(plan: Plan, done: Done, kept: ReadonlySet<string>): Verdict {
  const found = plan.actions.conflicts.filter(conflict => !kept.has(conflictKey(conflict)));
  const followers = found.filter(({ kind, existing, object }) => {
    const before = object && done.objects.get(targetKey(object));
    return before !== undefined && sameMeaning(kind, existing, before.object.object);
  });
  const others = found.filter(conflict => !followers.includes(conflict));
  const actions: ExistingActions = {
    ...plan.actions,
    conflicts: others,
    update: followers.flatMap(updatesOf),
  };
  const remaining = { ...plan, actions };
  return {
    remaining: writeCount(remaining) > 0 || plan.define.length > 0 ? remaining : undefined,
    differences: [...others.map(conflictText), ...orphans(plan, done)],
  };
}

/** What identifies the existing object of a conflict. */
export const conflictKey = ({ kind, existing }: Conflict): string =>
  `${kind.crd.kind} ${existing.metadata.name}`;

/** Copies whose ThirdPartyResource was deleted during the run: never deleted by us, so a person has to know. */
function orphans(plan: Plan, done: Done): readonly string[] {
  const wanted = new Set(plan.wanted.map(targetKey));
  return [...done.objects.values()]
    .filter(({ object }) => !wanted.has(targetKey(object)))
    .map(
      ({ object: { kind, object, source } }) =>
        `${kind.crd.kind} ${object.metadata.name}: its ${kind.tpr.kind} ${source.metadata.name} was deleted or broken during the run. If it is not wanted any more: ${deleteCommand(kind, object)}`,
    );
}
