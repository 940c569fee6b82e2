import type { Detected } from '../../jobs/lib/calico/upgrade/detected.ts';
import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { Kinds } from '../../jobs/lib/kubernetes/kinds.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import type { ServedForms } from '../../jobs/lib/run/detect-cluster.ts';
import type { UpgradeSpec } from '../api/spec.ts';
import type { Patience } from '../jobs/patience.ts';
import type { Placement } from '../rollout/placement.ts';
import type { StatusFacts } from '../status/finish-status.ts';
import type { RolloutRun } from '../steps/rollout-run.ts';
import type { Target } from '../target/model.ts';
import type { Controller } from './controller.ts';
import type { KeptPrevious } from './previous.ts';

/** One upgrade, as this process carries it on. All of it is read from the cluster, and read again by the next process. */
export interface Run {
  readonly controller: Controller;
  /** The CalicoUpgrade as it was when the run was opened; its name and uid stay. */
  readonly upgrade: KubeObject;
  readonly forms: ServedForms;
  readonly kinds: Kinds;
  readonly daemonSets: Resource;
  readonly deployments: Resource;
  readonly detected: Detected;
  readonly previous: KeptPrevious;
  /** Whether the way is back to what was before. */
  readonly isRollback: boolean;
  /** Fingerprint of what the steps were planned for. */
  readonly plannedFor: string;
  /** The steps as they were when the run was opened. */
  readonly steps: readonly StepStatus[];
  /** How long the same trouble lasts: of a Job, of the rollout, of a step that may look at these two as well, and of what a step throws. */
  readonly patience: Readonly<Record<'job' | 'rollout' | 'step' | 'failure', Patience>>;
  /** What a turn has made that the next one goes on with. */
  readonly made: {
    rollout?: RolloutRun;
    /** The revision of the pod template, when it is on the DaemonSet. */
    template?: TemplateState;
    target?: { readonly of: string; readonly target: Target };
    /** How many of the add-ons were applied by this process. */
    addOns?: number;
    /** What was shown last. */
    facts?: StatusFacts;
    /** Why no node that came back later is replaced any more. */
    lateFailure?: string;
    /** Failures of nodes that a person knows, who said to go on. */
    acknowledges?: boolean;
    /** Whether the DaemonSet says that this upgrade is at work. */
    isNoted?: boolean;
    /** Whether what belongs to the end was done by this process. */
    isSettled?: boolean;
    /** Progress of the rollout when this process began it, for the time that is left. */
    began?: { readonly at: number; readonly updated: number; last: number };
  };
}

/** The pod template that every node shall have. */
export interface TemplateState {
  readonly revision: string;
  readonly images: Readonly<Record<string, string>>;
  readonly template: unknown;
  readonly placement: Placement;
  /** The generation of the DaemonSet with it; its controller must have seen that. */
  readonly generation: number | undefined;
  /** Of the DaemonSet: another one of the same name has another template. */
  readonly uid: string | undefined;
}

/** What a step is given. */
export interface Work {
  readonly run: Run;
  readonly spec: UpgradeSpec;
  /** Whether the data in etcd is paused between the two models. */
  readonly isDataOpen: boolean;
  /** False while the upgrade is paused, stopped or deleted: what is begun is finished, and nothing else is begun. */
  readonly mayBegin: boolean;
}
