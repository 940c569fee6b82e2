import { convertUnit } from '../lib/calico/v1/convert-unit.ts';
import { CLUSTER_INFORMATION } from '../lib/calico/v1/place-unit.ts';
import type { Unit } from '../lib/calico/v1/unit.ts';
import { compareUnits } from '../lib/calico/v1/unit-order.ts';
import { objectUid, storedText } from '../lib/calico/v3/storage.ts';
import { claimOf, type State, type Touched, type UnitOutcome, unitOf } from './state.ts';

/** What makes the stored objects of one migration the same in every run of it. */
export interface Identity {
  /** The migration's id: the uids of its objects follow from it. */
  readonly id: string;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string;
}

/** The units of several keys that changed, as `settle` takes them. */
export function touchedUnits(state: State, dirty: ReadonlySet<string>): readonly Touched[] {
  return [...dirty].flatMap(id => state.kept.get(id) ?? []);
}

/** Makes sure that there is a ClusterInformation, even where v1 has none of its keys: its flag is what pauses v3. */
export function wantClusterInformation(state: State, dirty: Set<string>): void {
  const unit = CLUSTER_INFORMATION;
  if (state.kept.has(unit.id)) return;
  state.kept.set(unit.id, { unit, values: new Map() });
  dirty.add(unit.id);
}

/** Converts a unit anew and notes all that becomes of it. Returns the v3 keys that may have changed. */
export function settle(state: State, { unit, values }: Touched, identity: Identity): readonly string[] {
  const before = state.outcomes.get(unit.id);
  state.conversions += 1;
  state.problems.delete(unit.id);
  state.notes.delete(unit.id);
  if (before) release(state, unit, before);
  const keysBefore = before?.v3Key === undefined ? [] : [before.v3Key];
  if (values.size === 0 && unit.kind !== 'ClusterInformation') {
    state.kept.delete(unit.id);
    return keysBefore;
  }
  const { entry, v3Name, problems, notes } = convertUnit(unit, values);
  if (problems.length > 0) state.problems.set(unit.id, problems);
  if (notes.length > 0) state.notes.set(unit.id, notes);
  const outcome = { v3Key: entry?.key, v3Name };
  if (!claim(state, unit, outcome) || !entry) return keysBefore;
  const uid = objectUid(entry.key, identity.id);
  const text = storedText(entry.value, { uid, creationTimestamp: identity.creationTimestamp });
  state.wanted.set(entry.key, text);
  return entry.key === before?.v3Key ? keysBefore : [...keysBefore, entry.key];
}

/** Notes which object a unit makes. Returns whether it has it: not, where another one comes first. */
function claim(state: State, unit: Unit, outcome: UnitOutcome): boolean {
  const id = claimOf(outcome);
  if (id === undefined) return true;
  state.outcomes.set(unit.id, outcome);
  if (!state.owners.has(id)) {
    state.owners.set(id, unit.id);
    return true;
  }
  const others = claimants(state, id);
  const units = [...others.map(other => unitOf(state, other)), unit].sort(compareUnits);
  noteClaimants(
    state,
    id,
    units.map(one => one.id),
  );
  return units[0] === unit;
}

/** Forgets what a unit was converted to. */
function release(state: State, unit: Unit, outcome: UnitOutcome): void {
  state.outcomes.delete(unit.id);
  state.heirs.delete(unit.id);
  const id = claimOf(outcome);
  if (id === undefined) return;
  const isOwner = state.owners.get(id) === unit.id;
  const others = claimants(state, id).filter(other => other !== unit.id);
  noteClaimants(state, id, others);
  if (!isOwner) return;
  if (outcome.v3Key !== undefined) state.wanted.delete(outcome.v3Key);
  if (others[0] !== undefined) state.heirs.add(others[0]);
}

/** The units that make an object, the owner first. */
function claimants({ shared, owners }: State, id: string): readonly string[] {
  const several = shared.get(id);
  if (several) return several;
  const owner = owners.get(id);
  return owner === undefined ? [] : [owner];
}

function noteClaimants({ shared, owners }: State, id: string, units: readonly string[]): void {
  const [owner] = units;
  if (owner === undefined) owners.delete(id);
  else owners.set(id, owner);
  if (units.length > 1) shared.set(id, units);
  else shared.delete(id);
}
