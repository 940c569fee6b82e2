import assert from 'node:assert/strict';
import { ownership, readLedger } from '../../../jobs/lib/etcd/ledger.ts';
import { OWN_PREFIX, parseRecord, RECORD_KEY } from '../../../jobs/lib/etcd/migration-record.ts';
import { FAULT_V1, READY } from './fault-data.ts';
import type { FaultLane } from './fault-lane.ts';
import { comparable, withoutOwn } from './v3-store.ts';

/** What the runs of a migration leave, but for what differs from one migration to another: uids and times. */
export interface Outcome {
  readonly v1: Readonly<Record<string, string>>;
  readonly v3: Readonly<Record<string, unknown>>;
  /** What our record says; null without one. */
  readonly record: unknown;
  /** The keys below /calico/ that an abort would delete. */
  readonly ours: readonly string[];
  /** Our other keys, a lock for example. */
  readonly others: readonly string[];
}

export async function readOutcome(lane: FaultLane): Promise<Outcome> {
  const [v1, dump] = await Promise.all([lane.v1.dump(), lane.v3.dump()]);
  const record = parseRecord(dump[RECORD_KEY] ?? '');
  const calico = withoutOwn(dump);
  if (record) assertIdentities(calico, record.startedAt);
  const others = Object.keys(dump).filter(key => key.startsWith(OWN_PREFIX) && key !== RECORD_KEY);
  return {
    v1,
    v3: comparable(calico),
    record: record
      ? { phase: record.phase, isPaused: record.pausedAt !== undefined, counts: record.counts }
      : null,
    ours: await ownKeys(lane),
    others: others.filter(key => !key.startsWith(`${OWN_PREFIX}written/`)),
  };
}

/** One migration gives its objects one creation time, and each a uid of its own, in however many runs. */
function assertIdentities(calico: Readonly<Record<string, string>>, startedAt: string): void {
  const uids = new Set<string>();
  const objects = Object.entries(calico).filter(([key]) => key.startsWith('/calico/resources/'));
  for (const [key, text] of objects) {
    const { uid, creationTimestamp } = JSON.parse(text).metadata;
    assert.equal(creationTimestamp, startedAt.replace(/\.\d+Z$/, 'Z'), key);
    uids.add(uid);
  }
  assert.equal(uids.size, objects.length);
}

async function ownKeys({ reader }: FaultLane): Promise<readonly string[]> {
  const written = await readLedger(reader.connection, OWN_PREFIX);
  const keys: string[] = [];
  for await (const entry of reader.readPrefix('/calico/')) {
    if (ownership(written.get(entry.key), entry) === 'created') keys.push(entry.key);
  }
  return keys;
}

/** The v1 data is as it was seeded, but for this Ready. */
export async function assertV1({ v1 }: FaultLane, ready: 'true' | 'false', what: string): Promise<void> {
  assert.deepEqual({ ...(await v1.dump()) }, sorted({ ...FAULT_V1, [READY]: ready }), what);
}

/** Nothing of ours is in etcd v3, and Calico 2.6 works on its data as it was. */
export async function assertUntouched(lane: FaultLane, what: string): Promise<void> {
  assert.deepEqual({ ...(await lane.v3.dump()) }, {}, what);
  await assertV1(lane, 'true', what);
}

const sorted = (keys: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(keys).sort());
