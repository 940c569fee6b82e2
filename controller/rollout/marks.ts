import * as v from 'valibot';
import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';

/** The upgrade that cordoned a node: only what has this is uncordoned. */
export const CORDONED_BY = `${UPGRADE_GROUP}/cordoned-by`;

/** What is known of a replacement that is under way, from before the deletion of the pod until BGP is up again. */
export const REPLACING = `${UPGRADE_GROUP}/replacing`;

/** The last replacement that is over. */
export const REPLACED = `${UPGRADE_GROUP}/replaced`;

const replacing = v.object({
  revision: v.string(),
  /** The uid of the pod to delete. It alone is deleted, so that no window has two deletions. */
  pod: v.string(),
  /** When its deletion was asked for, RFC 3339. */
  since: v.string(),
  /** BGP sessions that were not Established before, which nothing is expected of. */
  down: v.array(v.string()),
});

const replaced = v.object({
  revision: v.string(),
  /** From the deletion to Ready with BGP. */
  seconds: v.number(),
  at: v.string(),
});

export type Replacing = v.InferOutput<typeof replacing>;
export type Replaced = v.InferOutput<typeof replaced>;

/** An annotation of ours; undefined where there is none, or somebody edited it so that it says nothing. */
export const readReplacing = (text: string | undefined): Replacing | undefined => read(replacing, text);

/** The same for a replacement that is over. */
export const readReplaced = (text: string | undefined): Replaced | undefined => read(replaced, text);

function read<T>(schema: v.GenericSchema<unknown, T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return parsed.success ? parsed.output : undefined;
}
