import * as v from 'valibot';

/** How far an upgrade is. `Stopped` waits for a person; the message says why and what to do. */
export const PHASES = [
  'Invalid',
  'Planned',
  'Progressing',
  'WaitingForApproval',
  'Paused',
  'Stopped',
  'RollingBack',
  'RolledBack',
  'Complete',
] as const;

export const STEP_STATES = ['NotNeeded', 'Pending', 'Running', 'Done', 'Failed'] as const;

const stepState = v.picklist(STEP_STATES);

const stepStatus = v.object({
  name: v.string(),
  state: stepState,
  /** Why it is needed, or why it is not. */
  reason: v.string(),
  /** The command line of the job that does it, where one does. */
  job: v.optional(v.string()),
  /** What it does now, or what came of it. */
  message: v.optional(v.string()),
  startedAt: v.optional(v.string()),
  finishedAt: v.optional(v.string()),
});

const nodeCounts = v.object({
  /** Nodes that the rollout is for. */
  total: v.number(),
  /** With the target, Ready, and not cordoned by us. */
  updated: v.number(),
  /** Being replaced now. */
  current: v.number(),
  /** Not Ready, or without the images: left out until they are well. */
  skipped: v.number(),
  failed: v.number(),
});

const condition = v.object({
  type: v.picklist(['Planned', 'Progressing', 'Complete', 'Degraded']),
  status: v.picklist(['True', 'False']),
  reason: v.string(),
  message: v.string(),
  lastTransitionTime: v.string(),
});

/** The status of a CalicoUpgrade. Lists are short: what belongs to one node is on the Node (field-lessons reference). */
export const upgradeStatusSchema = v.object({
  phase: v.picklist(PHASES),
  /** One sentence: what it does, or what it waits for. */
  message: v.string(),
  /** Since when it waits for the same, RFC 3339. */
  since: v.optional(v.string()),
  /** The releases, such as `2.4.1`. */
  from: v.optional(v.string()),
  target: v.optional(v.string()),
  /** Fingerprint of the spec that this status is about. */
  observedSpec: v.optional(v.string()),
  /** Fingerprint of what the steps were planned for: a change of it needs a new plan. */
  plannedFor: v.optional(v.string()),
  steps: v.optional(v.array(stepStatus)),
  nodes: v.optional(nodeCounts),
  /** Names of the nodes that are being replaced, 32 at most. */
  currentNodes: v.optional(v.array(v.string())),
  /** Nodes that somebody should look at, 32 at most. */
  attention: v.optional(v.array(v.object({ node: v.string(), reason: v.string() }))),
  /** The nodes that took longest from the deletion of their pod to Ready with BGP, 5 at most. */
  slowestNodes: v.optional(v.array(v.object({ node: v.string(), seconds: v.number() }))),
  conditions: v.optional(v.array(condition)),
});

export type Phase = (typeof PHASES)[number];
export type StepState = v.InferOutput<typeof stepState>;
export type StepStatus = v.InferOutput<typeof stepStatus>;
export type NodeCounts = v.InferOutput<typeof nodeCounts>;
export type Condition = v.InferOutput<typeof condition>;
export type UpgradeStatus = v.InferOutput<typeof upgradeStatusSchema>;

/** The status as it is stored; undefined where there is none, or somebody edited it so that it is none. */
export function readStatus(status: unknown): UpgradeStatus | undefined {
  const parsed = v.safeParse(upgradeStatusSchema, status);
  return parsed.success ? parsed.output : undefined;
}
