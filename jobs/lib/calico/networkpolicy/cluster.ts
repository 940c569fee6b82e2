import type { Labels } from './label-selector.ts';
import type { Policy } from './policy.ts';

/** A namespace as the two semantics look at it. */
export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
  /** Whether the annotation isolates it, before the v1 semantics. */
  readonly isolated: boolean;
  /** Being deleted, with its pods: nothing can be created in it, and its verdicts do not count. */
  readonly terminating: boolean;
}

/** A pod that runs or is going to. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** In the network of its node: no policy protects it, and no selector selects it as a source. */
  readonly hostNetwork: boolean;
  readonly ports: readonly ContainerPort[];
}

/** A port that a container of a pod declares. */
export interface ContainerPort {
  readonly name: string | undefined;
  readonly protocol: string;
  readonly port: number;
}

/** Everything that decides which pod reaches which. */
export interface Cluster {
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
}

/**
 * Under which rules NetworkPolicies are read. `annotation`: they open what the annotation of the namespace closes, and
 * have no effect elsewhere. `v1`: a pod that one of them selects is closed but for what they open.
 */
export type Semantics = 'annotation' | 'v1';

/** The NetworkPolicies at one moment, and how they are read. */
export interface View {
  readonly semantics: Semantics;
  readonly policies: readonly Policy[];
}
