import { isBeingDeleted, isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { resourceName } from '../../kubernetes/resource.ts';
import { CLUSTER_INFORMATIONS } from '../crd-kinds.ts';
import { type Difference, differenceText } from '../diff.ts';
import type { OnConflict } from '../existing.ts';
import { compareWithWanted, peerIdentity } from './differences.ts';
import { type WantedObject, wantedKey } from './wanted.ts';

/** An existing object of 3.0 that contradicts a wanted one. */
export interface KddConflict {
  readonly wanted: WantedObject;
  readonly existing: KubeObject;
  readonly reason: string;
  readonly differences: readonly Difference[];
  /** Whether writing the wanted object over the existing one resolves it. */
  readonly canOverwrite: boolean;
}

export interface KddUpdate {
  readonly wanted: WantedObject;
  readonly existing: KubeObject;
  readonly replacement: KubeObject;
}

/** What to do with each wanted object, given what exists. */
export interface KddActions {
  readonly create: readonly WantedObject[];
  readonly update: readonly KddUpdate[];
  readonly unchanged: readonly WantedObject[];
  /** They differ in what nodes write themselves, and are left as they are. */
  readonly tolerated: readonly WantedObject[];
  /** Conflicts that are left as they are, because of `onConflict`. */
  readonly keep: readonly KddConflict[];
  /** Conflicts that somebody has to decide. Unless this is empty nothing must be written. */
  readonly conflicts: readonly KddConflict[];
}

/** The existing objects by plural; undefined where the kind is not defined. */
export type ExistingObjects = ReadonlyMap<string, readonly KubeObject[] | undefined>;

/** Compares what is wanted with what exists. Existing objects that nobody wants are no business of ours. */
export function decideKdd(
  wanted: readonly WantedObject[],
  existing: ExistingObjects,
  onConflict: OnConflict,
): KddActions {
  const find = finder(existing);
  const judged = wanted.map(object => judge(object, find(object)));
  const of = (state: Judged['state']) => judged.flatMap(one => (one.state === state ? [one.wanted] : []));
  const conflicts = judged.flatMap(({ conflict }) => conflict ?? []);
  const dying = conflicts.filter(conflict => isBeingDeleted(conflict.existing));
  const decidable = conflicts.filter(conflict => !dying.includes(conflict));
  return {
    create: of('missing'),
    update: onConflict === 'overwrite' ? decidable.flatMap(updateOf) : [],
    unchanged: of('unchanged'),
    tolerated: of('tolerated'),
    keep: onConflict === 'keep' ? decidable : [],
    conflicts: {
      stop: conflicts,
      keep: dying,
      overwrite: conflicts.filter(({ canOverwrite }) => !canOverwrite),
    }[onConflict],
  };
}

interface Judged {
  readonly state: 'missing' | 'unchanged' | 'tolerated' | 'conflict';
  readonly wanted: WantedObject;
  readonly conflict?: KddConflict;
}

function judge(wanted: WantedObject, found: Found): Judged {
  const { same, other } = found;
  if (!same && other) return conflictWith(wanted, other, otherName(other), [], false);
  if (!same) return { state: 'missing', wanted };
  if (isBeingDeleted(same)) {
    const reason = 'is being deleted. Wait until it is gone, then start again';
    return conflictWith(wanted, same, reason, [], false);
  }
  const { differences, tolerated } = compareWithWanted(wanted, same);
  if (differences.length > 0)
    return conflictWith(wanted, same, `differs${originOf(differences)}`, differences, true);
  return { state: tolerated.length > 0 ? 'tolerated' : 'unchanged', wanted };
}

/** A node that finds no ClusterInformation makes a new ClusterGUID. */
const originOf = (differences: readonly Difference[]): string =>
  differences.some(({ field }) => field === 'spec.clusterGUID')
    ? ', perhaps made by a calico-node 3.0 that started before the migration'
    : '';

const conflictWith = (
  wanted: WantedObject,
  existing: KubeObject,
  reason: string,
  differences: readonly Difference[],
  canOverwrite: boolean,
): Judged => ({
  state: 'conflict',
  wanted,
  conflict: { wanted, existing, reason, differences, canOverwrite },
});

/** BIRD does not start with two protocols for one peer, so that a second object must not come beside the first. */
const otherName = ({ metadata: { name } }: KubeObject): string =>
  `would be written, but BGPPeer ${name} is for the same node and address, and BIRD takes no peer twice. Keep it with --on-conflict keep, or delete it: kubectl delete bgppeers.crd.projectcalico.org ${name}`;

interface Found {
  /** Under the wanted name. */
  readonly same?: KubeObject | undefined;
  /** A BGPPeer for the same peer under another name. */
  readonly other?: KubeObject | undefined;
}

function finder(existing: ExistingObjects): (wanted: WantedObject) => Found {
  const named = new Map<string, KubeObject>();
  const peers = new Map<string, KubeObject>();
  for (const [plural, objects = []] of existing) {
    for (const object of objects) {
      named.set(`${plural} ${object.metadata.name}`, object);
      const identity = peerIdentity(object);
      if (identity !== undefined) peers.set(identity, object);
    }
  }
  return ({ crd, object }) => {
    const identity = peerIdentity(object);
    return {
      same: named.get(`${crd.plural} ${object.metadata.name}`),
      other: identity === undefined ? undefined : peers.get(identity),
    };
  };
}

/** The wanted spec over the existing object: what nodes wrote of themselves, and all metadata of others, stays. */
function updateOf({ wanted, existing, canOverwrite }: KddConflict): KddUpdate[] {
  if (!canOverwrite) return [];
  const { labels, annotations, finalizers, ownerReferences } = existing.metadata;
  const own = wanted.object.metadata;
  const metadata = {
    name: own.name,
    ...((labels || own.labels) && { labels: { ...labels, ...own.labels } }),
    ...((annotations || own.annotations) && { annotations: { ...annotations, ...own.annotations } }),
    ...(finalizers !== undefined && { finalizers }),
    ...(ownerReferences !== undefined && { ownerReferences }),
  };
  const kept = writtenByNodes(wanted, existing);
  const ours = recordOf(wanted.object.spec);
  const spec = wanted.crd === CLUSTER_INFORMATIONS ? { ...ours, ...kept } : { ...kept, ...ours };
  return [{ wanted, existing, replacement: { ...wanted.object, metadata, spec } }];
}

/** Fields of the existing spec that are not the business of a migration. */
function writtenByNodes(wanted: WantedObject, existing: KubeObject): Readonly<Record<string, unknown>> {
  const spec = recordOf(existing.spec);
  const fields = compareWithWanted(wanted, existing)
    .tolerated.filter(({ found }) => found !== undefined)
    .map(({ field }) => field.replace('spec.', ''));
  return Object.fromEntries(fields.map(field => [field, spec[field]]));
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});

/** One line: the object, why it is a conflict, and each field that differs. */
export function kddConflictText({ wanted, reason, differences }: KddConflict): string {
  const fields = differences.map(differenceText).join('; ');
  return `${wantedKey(wanted)}: ${reason}${fields && ` (${fields})`}`;
}

/** The command that removes an object. The full name of the kind, because kubectl mixes up short ones. */
export const deleteText = ({ crd, object }: WantedObject): string =>
  `kubectl delete ${resourceName(crd)} ${object.metadata.name}`;
