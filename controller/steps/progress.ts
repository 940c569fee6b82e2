import type { NodeCounts } from '../../jobs/lib/calico/upgrade/status.ts';
import type { NodeReason } from '../rollout/types.ts';

/** How far a step is after one turn of it. */
export type Progress =
  | {
      readonly state: 'running';
      /** What it waits for. It counts no seconds: the status says since when it is the same. */
      readonly message: string;
      /** The same for as long as it is the same wait, where the message is not. */
      readonly key?: string;
      /** After how many milliseconds to take the next turn, even if nothing changes. */
      readonly wakeMs?: number | undefined;
      /** Whether it can be left at this moment, and nothing of it goes on. */
      readonly isIdle?: boolean;
      /** Whether it waits for what may never come, and does nothing itself. */
      readonly isStuck?: boolean;
      readonly nodes?: NodesProgress;
    }
  | { readonly state: 'done'; readonly message: string; readonly nodes?: NodesProgress }
  /** A person has to look. What is under way goes on: the next turn is due after `wakeMs`. */
  | {
      readonly state: 'stopped';
      readonly message: string;
      readonly wakeMs?: number | undefined;
      readonly nodes?: NodesProgress;
    };

/** How far the nodes are. */
export interface NodesProgress {
  readonly counts: Omit<NodeCounts, 'failed'>;
  readonly currentNodes: readonly string[];
  readonly failures: readonly NodeReason[];
  readonly skipped: readonly NodeReason[];
  readonly slowest: readonly { readonly node: string; readonly seconds: number }[];
}

export const running = (message: string, wakeMs = 1_000): Progress => ({ state: 'running', message, wakeMs });
export const done = (message: string): Progress => ({ state: 'done', message });
export const stopped = (message: string): Progress => ({ state: 'stopped', message });
