import type { BirdBehaviour } from './bird.ts';
import type { PodFacts } from './facts.ts';

/** Why a kubelet cannot pull an image (field-lessons reference, F17). */
export type PullFailure = 'refused' | 'unknown-authority' | 'missing' | 'no-space';

/** How the command of a pod's containers ends. */
export interface End {
  /** From the start of the container; at once without it. */
  readonly afterMs?: number;
  /** 0 without it. */
  readonly exitCode?: number;
  /** What it wrote to its termination log. */
  readonly message?: string;
}

/** How an exec ends: as the command does, with an error of the kubelet, never, or with an exit code. */
export type ExecOutcome = 'works' | 'refused' | 'hangs' | number;

/**
 * What a node does with a pod, all times in milliseconds. What is left out takes no time and goes well: without any of
 * it a pod is Ready at once, and a pod with restartPolicy Never or OnFailure has succeeded at once.
 */
export interface PodBehaviour {
  /** To pull one image that the node does not have, or to fail in it. */
  readonly pullMs?: number;
  /** Whether a pull fails; attempts count from 1. Without it, and where it says undefined, the pull works. */
  readonly pullFailure?: (image: string, attempt: number) => PullFailure | undefined;
  /** From the last image to the start of the containers. */
  readonly startMs?: number;
  /** From the start to Ready; Infinity for never. */
  readonly readyMs?: number;
  /** From Ready to not Ready again, for good. */
  readonly readyForMs?: number;
  /**
   * How the command ends that has been started again so often, from 0. Undefined: it stays up with restartPolicy Always,
   * and succeeds at once with another. With Always it is the first container that ends.
   */
  readonly ends?: (restart: number) => End | undefined;
  /** Before the second try of a pull or second restart; it doubles up to 30 times as much. 10 s without it. */
  readonly backOffMs?: number;
  /** From the deletion to the end of the containers, at most the grace period. */
  readonly terminateMs?: number;
  readonly bird?: BirdBehaviour;
  readonly exec?: ExecOutcome;
}

/** Chooses when a node sees a pod for the first time. */
export type ChooseBehaviour = (pod: PodFacts, node: string) => PodBehaviour;

/** A container that ends with an error whenever it is started. */
export const CRASH_LOOP: PodBehaviour = { ends: () => ({ exitCode: 1, message: 'it cannot go on' }) };
