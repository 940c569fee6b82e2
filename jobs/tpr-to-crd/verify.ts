import { type Conflict, conflictText, deleteCommand } from '../lib/calico/conflict.ts';
import type { ConvertedObject } from '../lib/calico/convert.ts';
import { sameMeaning } from '../lib/calico/equal.ts';
import { type ExistingActions, updatesOf } from '../lib/calico/existing.ts';
import { crdText, tprText } from '../lib/calico/object-text.ts';
import { problemText } from '../lib/calico/problem.ts';
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

/** Copies whose source is gone or broken since: never deleted by us, so a person has to know what became of it. */
function orphans(plan: Plan, done: Done): readonly string[] {
  const wanted = new Set(plan.wanted.map(targetKey));
  return [...done.objects.values()]
    .filter(({ object }) => !wanted.has(targetKey(object)))
    .map(({ object }) => `${crdText(object.kind, object.object)}: ${fate(plan, object)}`);
}

function fate(plan: Plan, { kind, object, source }: ConvertedObject): string {
  const name = tprText(kind, source);
  const problems = plan.problems.filter(problem => problem.object === name);
  return problems.length > 0
    ? `its source was broken during the run: ${problems.map(problemText).join(' ')}`
    : `its source ${name} was deleted during the run. If the copy is not wanted either: ${deleteCommand(kind, object)}`;
}
