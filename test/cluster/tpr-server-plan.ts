import { endpointName, type TprDefinition } from './tpr-server-names.ts';

/** What the API server has: the TPRs, and the CRDs that may serve their instances. */
export interface Observed {
  readonly tprs: readonly TprDefinition[];
  readonly crds: readonly EndpointCrd[];
}

export interface EndpointCrd {
  readonly name: string;
  readonly group: string;
  /** Made by this server, and not yet being deleted. */
  readonly removable: boolean;
}

export type Change =
  | { readonly kind: 'create'; readonly definition: TprDefinition }
  /** Destroys every instance of every kind of the group, then the endpoints. */
  | { readonly kind: 'destroy'; readonly group: string; readonly crds: readonly string[] };

/**
 * What 1.7 does about the TPRs (observed on 1.7.5): each gets an endpoint; nothing is removed while its group has a
 * TPR; without one the whole group goes.
 */
export function wantedChanges({ tprs, crds }: Observed): readonly Change[] {
  const existing = new Set(crds.map(({ name }) => name));
  const creates = tprs
    .filter(definition => !existing.has(endpointName(definition)))
    .map((definition): Change => ({ kind: 'create', definition }));
  const groups = new Set(tprs.map(({ group }) => group));
  const orphans = crds.filter(({ group, removable }) => removable && !groups.has(group));
  const destroys = [...Map.groupBy(orphans, ({ group }) => group)].map(
    ([group, members]): Change => ({ kind: 'destroy', group, crds: members.map(({ name }) => name) }),
  );
  return [...creates, ...destroys];
}

/** Since when each change has been wanted, by its key. */
export type WantedSince = ReadonlyMap<string, number>;

/** Picks the changes that have been wanted for `delayMs`; one that was no longer wanted in between starts anew. */
export function dueChanges(
  wanted: readonly Change[],
  since: WantedSince,
  now: number,
  delayMs: number,
): { readonly due: readonly Change[]; readonly since: WantedSince } {
  const next = new Map(wanted.map(change => [keyOf(change), since.get(keyOf(change)) ?? now]));
  const due = wanted.filter(change => now - (next.get(keyOf(change)) ?? now) >= delayMs);
  return { due, since: next };
}

const keyOf = (change: Change): string =>
  change.kind === 'create' ? `create ${endpointName(change.definition)}` : `destroy ${change.group}`;
