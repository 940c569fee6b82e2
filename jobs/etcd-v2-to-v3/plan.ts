import { sameMeaning } from '../lib/calico/v3/same-meaning.ts';

/** A key of etcd v3 as it is now. */
export interface Present {
  readonly key: string;
  readonly value: Buffer;
  readonly modRevision: string;
  /** Whether this migration created it, replaced the value of somebody else by its own, or neither. */
  readonly owner: Owner;
}

export type Owner = 'created' | 'replaced' | 'foreign';

/** A write to a key that is there already, and still has this revision when it is made. */
export interface Change {
  readonly key: string;
  readonly modRevision: string;
  /** The value that is replaced, where it is to be kept. */
  readonly previous?: Buffer;
}

/** What a run has to do in etcd v3, and what stands in its way. */
export interface Plan {
  /** Keys to be created. */
  readonly create: Set<string>;
  /** Our own keys with another text than is wanted; those of somebody else with the value that we wrote. */
  readonly update: Change[];
  /** Our own keys that are not wanted any more. */
  readonly remove: Change[];
  /** Keys of others with another meaning than is wanted. */
  readonly conflicts: Change[];
  /** Keys of others that nobody wants. */
  readonly foreign: string[];
  /** Keys that are as they should be; the value that is there, where it is another's with the same meaning. */
  readonly equal: Map<string, Buffer | undefined>;
}

/** A plan to be filled by `judge`, for the wanted texts by key. */
export const emptyPlan = (wanted: Iterable<string>): Plan => ({
  create: new Set(wanted),
  update: [],
  remove: [],
  conflicts: [],
  foreign: [],
  equal: new Map(),
});

/** Takes a key that is there into the plan; every key once. */
export function judge(plan: Plan, present: Present, wanted: Buffer | undefined): void {
  const { key, value, modRevision, owner } = present;
  plan.create.delete(key);
  if (wanted === undefined) {
    // A value that was replaced is put back by an abort only.
    if (owner === 'created') plan.remove.push({ key, modRevision });
    else plan.foreign.push(key);
  } else if (value.equals(wanted)) plan.equal.set(key, undefined);
  else if (owner === 'created') plan.update.push({ key, modRevision });
  else if (owner === 'replaced') plan.update.push({ key, modRevision, previous: value });
  else if (sameMeaning(value.toString(), wanted.toString())) plan.equal.set(key, value);
  else plan.conflicts.push({ key, previous: value, modRevision });
}

/** How many keys a plan writes or deletes. */
export const writeCount = ({ create, update, remove }: Plan): number =>
  create.size + update.length + remove.length;
