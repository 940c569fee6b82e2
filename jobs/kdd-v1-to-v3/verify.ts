import { compareWithWanted } from '../lib/calico/kdd/differences.ts';
import {
  deleteText,
  type KddActions,
  type KddConflict,
  kddConflictText,
} from '../lib/calico/kdd/existing.ts';
import { wantedKey } from '../lib/calico/kdd/wanted.ts';
import type { Done } from './apply.ts';
import { type Plan, writeCount } from './plan.ts';

/** What a plan made after the writes says about them. */
export interface Verdict {
  /** Work that appeared during the run (old data that changed), to be applied; undefined if there is none. */
  readonly remaining: Plan | undefined;
  /** What is not as it should be, and what this run must not repair by itself. */
  readonly differences: readonly string[];
}

/**
 * Judges a fresh plan. An object that this run saw equal to its source, and that is still so, follows when the source has
 * changed since; any other difference is for a person. `plan` must be made with onConflict stop, and `following` is the
 * same with overwrite; `kept` are the conflicts that were left as they are, by `wantedKey`.
 */
export function verdict(plan: Plan, following: Plan, done: Done, kept: ReadonlySet<string>): Verdict {
  const found = plan.actions.conflicts.filter(({ wanted }) => !kept.has(wantedKey(wanted)));
  const followers = new Set(found.filter(conflict => isOurs(conflict, done)).map(keyOf));
  const others = found.filter(conflict => !followers.has(keyOf(conflict)));
  const actions: KddActions = {
    ...plan.actions,
    conflicts: others,
    update: following.actions.update.filter(({ wanted }) => followers.has(wantedKey(wanted))),
  };
  const remaining = { ...plan, actions };
  return {
    remaining: writeCount(remaining) > 0 || plan.define.length > 0 ? remaining : undefined,
    differences: [...others.map(kddConflictText), ...orphans(plan, done)],
  };
}

const keyOf = ({ wanted }: KddConflict): string => wantedKey(wanted);

function isOurs({ wanted, existing, canOverwrite }: KddConflict, done: Done): boolean {
  const before = done.get(wantedKey(wanted));
  return (
    canOverwrite &&
    before !== undefined &&
    compareWithWanted(before.wanted, existing).differences.length === 0
  );
}

/** What was written and is not wanted any more: never deleted by us, so a person has to know of it. */
function orphans(plan: Plan, done: Done): readonly string[] {
  const wanted = new Set(plan.wanted.map(wantedKey));
  return [...done]
    .filter(([key]) => !wanted.has(key))
    .map(
      ([key, entry]) =>
        `${key}: its source was deleted or broken during the run. If it is not wanted either: ${deleteText(entry.wanted)}`,
    );
}
