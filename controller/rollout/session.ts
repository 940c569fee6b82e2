import { classify } from '../../jobs/lib/kubernetes/errors.ts';
import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import { type Decision, decide, nodeName } from './decide.ts';
import { perform, type Workshop } from './perform.ts';
import { lookAt, type Memory } from './seen.ts';
import type { Stores } from './stores.ts';
import type { Action, Seen } from './types.ts';

/**
 * How long the effect of an action may take to be seen by the watches. A deletion is waited for as long as a watch can be dead before
 * that is noticed (field-lessons, F5): a node must not be taken for one that was not begun.
 */
export const seenWithinMs = ({ type }: Action): number =>
  type === 'begin' || type === 'delete' ? 60_000 : 5_000;

/** A pause before an action that failed is tried again. */
const AFTER_FAILURE_MS = 1_000;

interface UnderWay {
  readonly type: Action['type'];
  isRunning: boolean;
  /** Not tried again before this time; then what is seen decides. */
  until: number;
  readonly hasEffect: (seen: Seen) => boolean;
}

/** The rollout of one process: what it has begun and waits to see. */
export interface RolloutSession {
  readonly underWay: Map<string, UnderWay>;
  /** What is being done at this moment. */
  readonly running: Set<Promise<void>>;
  /** What cannot be mended by a later try: the rollout has to stop. */
  problem: Error | undefined;
}

export const newSession = (): RolloutSession => ({
  underWay: new Map(),
  running: new Set(),
  problem: undefined,
});

/** What `turn` needs beside the workshop of the actions. */
export interface Turn extends Omit<Workshop, 'memory'> {
  readonly stores: Stores;
  readonly memory: Memory;
  readonly session: RolloutSession;
  /** Called when an action has ended: it is time for another turn. */
  readonly onChange: () => void;
}

/**
 * One turn: looks at the cluster, decides, and begins what is to be done, without waiting for it. Returns what was decided. What an action
 * met that no later try can mend is thrown by `throwProblem`, which comes before each turn.
 */
export function takeRolloutTurn(turn: Turn, mayBegin: boolean): Decision {
  const { stores, memory, session, plan } = turn;
  const now = monotonicMs();
  const before = lookAt(stores, memory, busyNodes(session), plan, now, Date.now());
  for (const [key, { isRunning, until, hasEffect }] of session.underWay) {
    if (!isRunning && (now >= until || hasEffect(before))) session.underWay.delete(key);
  }
  const seen = { ...before, busy: busyNodes(session) };
  const decision = decide(seen, plan, mayBegin);
  for (const { node } of decision.failures) memory.told.add(node);
  for (const action of decision.actions) begin(action, turn);
  return decision;
}

const busyNodes = ({ underWay }: RolloutSession): Seen['busy'] =>
  new Map([...underWay].map(([node, { type }]) => [node, type]));

/** Throws once what no later try can mend, such as a watch that is not allowed. */
export function throwProblem(session: RolloutSession): void {
  const { problem } = session;
  session.problem = undefined;
  if (problem) throw problem;
}

/** Whether nothing is under way: neither an action nor its effect. */
export const isQuiet = ({ underWay }: RolloutSession): boolean => underWay.size === 0;

function begin(action: Action, turn: Turn): void {
  const { session, log, onChange } = turn;
  const node = nodeName(action);
  const entry: UnderWay = {
    type: action.type,
    isRunning: true,
    until: 0,
    hasEffect: seen => isSeen(action, seen),
  };
  session.underWay.set(node, entry);
  const running = perform(action, turn)
    .then(
      () => {
        entry.until = monotonicMs() + seenWithinMs(action);
      },
      (error: unknown) => {
        if (turn.signal.aborted) return;
        entry.until = monotonicMs() + AFTER_FAILURE_MS;
        if (classify(error) !== 'retry')
          session.problem = error instanceof Error ? error : new Error(String(error));
        log.warn(`${node}: ${messageOf(error)}`);
      },
    )
    .finally(() => {
      entry.isRunning = false;
      session.running.delete(running);
      onChange();
    });
  session.running.add(running);
}

/** Waits until nothing of a session goes on any more, or the signal ends it. */
export async function untilIdle({ running }: RolloutSession, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (!signal.aborted) await Promise.race([Promise.all(running), aborted]);
  signal.removeEventListener('abort', onAbort);
}

/** Whether the watches show what an action did. */
export function isSeen(action: Action, { nodes, pods, prePulls }: Seen): boolean {
  switch (action.type) {
    case 'pull':
      return prePulls.has(action.node);
    case 'endPull':
      return (
        prePulls.get(action.node)?.uid !== action.pod.uid || prePulls.get(action.node)?.isDeleting === true
      );
    case 'begin':
    case 'delete': {
      const pod = pods.get(action.node.name);
      const node = nodes.get(action.node.name);
      return !node || (node.replacing !== undefined && (pod?.uid !== action.pod.uid || pod.isDeleting));
    }
    case 'ask':
      return true;
    case 'finish': {
      const node = nodes.get(action.node.name);
      return !node?.replacing && node?.cordonedBy === undefined;
    }
  }
}
