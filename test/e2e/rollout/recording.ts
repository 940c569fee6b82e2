import * as v from 'valibot';

const span = v.object({ from: v.number(), until: v.number() });

/** A replacement. Times are in seconds since its deletion. */
const replacement = v.object({
  node: v.string(),
  /** When the pod was deleted, in seconds since the first deletion. */
  begin: v.number(),
  /** When the last neighbour had lost its BGP session, and when all had it again. */
  bgpDown: v.number(),
  bgpUp: v.number(),
  ready: v.number(),
  uncordoned: v.number(),
  /** From the deletion to Ready with BGP, as the controller measured it. */
  measured: v.number(),
});

/** What was measured at a replacement that is held back for longer than its neighbours keep its routes. */
const heldBack = v.object({
  node: v.string(),
  gracefulRestartSeconds: v.number(),
  neighboursKeepSeconds: v.number(),
  /** When the controller had stopped. */
  stopped: v.number(),
  bgpUp: v.number(),
  /** When each neighbour was without the route. */
  routesLost: v.array(v.object({ neighbour: v.string(), ...span.entries })),
});

/** One run, as it was measured. */
export const recordingSchema = v.object({
  /** The day of it. */
  date: v.string(),
  budgetSeconds: v.number(),
  /** How often each neighbour was looked at, on average; the longest of all. */
  lookedEveryMs: v.number(),
  replacements: v.array(replacement),
  routesLost: v.number(),
  pings: v.array(v.object({ from: v.string(), to: v.string(), sent: v.number(), lost: v.number() })),
  heldBack,
});

export type Recording = v.InferOutput<typeof recordingSchema>;
export type RecordedReplacement = v.InferOutput<typeof replacement>;
export type RecordedHeldBack = v.InferOutput<typeof heldBack>;
