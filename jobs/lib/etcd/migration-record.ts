import * as v from 'valibot';

/** Everything of ours in etcd v3 is below this, never below Calico's own `/calico/`. */
export const OWN_PREFIX = '/calico-upgrade/';

/** Where the record is. */
export const RECORD_KEY = `${OWN_PREFIX}migration`;

/**
 * What a migration remembers of itself in etcd v3, so that a killed run is continued and an abort removes nothing else.
 * All times are RFC 3339 in UTC.
 */
const recordSchema = v.object({
  format: v.literal(1),
  /** Different for each migration; what it writes is told by it. */
  id: v.pipe(v.string(), v.minLength(1)),
  phase: v.picklist(['copying', 'pausing', 'finished', 'completed', 'aborting']),
  startedAt: v.string(),
  /** When the phase began. */
  since: v.string(),
  /** Set while Ready is false because of us, or may be. */
  pausedAt: v.optional(v.string()),
  /** Of the source, when the copy was finished: what changed later is not in it. */
  sourceIndex: v.optional(v.number()),
  counts: v.optional(v.record(v.string(), v.number())),
  /** Milliseconds between pause and end of the copy, without the drain. */
  pauseMs: v.optional(v.number()),
  /** Backups that together hold what was deleted from the source, oldest first, as `restore --backup` takes them. */
  v1Backups: v.optional(v.array(v.string())),
});

export type MigrationRecord = v.InferOutput<typeof recordSchema>;

export type Phase = MigrationRecord['phase'];

/** The record in a stored value; `undefined` where it is none that this program understands. */
export function parseRecord(text: string): MigrationRecord | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), recordSchema), text);
  return parsed.success ? parsed.output : undefined;
}

/** The record of a migration that begins. */
export const newRecord = (id: string, now: Date): MigrationRecord => ({
  format: 1,
  id,
  phase: 'copying',
  startedAt: now.toISOString(),
  since: now.toISOString(),
});

/** The record in another phase. `changes` may take fields away by `undefined`. */
export function inPhase(
  record: MigrationRecord,
  phase: Phase,
  now: Date,
  changes: { readonly [Field in keyof MigrationRecord]?: MigrationRecord[Field] | undefined } = {},
): MigrationRecord {
  const merged = { ...record, ...changes, phase, since: now.toISOString() };
  const kept = Object.entries(merged).filter(([, value]) => value !== undefined);
  return v.parse(recordSchema, Object.fromEntries(kept));
}
