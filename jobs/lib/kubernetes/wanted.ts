import type { KubeObject } from './object.ts';

/** An object as it shall be. */
export interface Wanted {
  /** As a manifest would have it: without what servers set. */
  readonly object: KubeObject;
  /**
   * The object, as it was read, that `object` was made of. Then only what differs between the two is carried over: fields that others
   * change meanwhile stay theirs. Without it, `object` is applied as `kubectl apply` does it.
   */
  readonly base?: KubeObject;
  /** Where it is from, for messages: `ConfigMap calico-3.0, key calico.yaml, document 3`. */
  readonly source?: string;
}

export type Applied = 'created' | 'changed' | 'unchanged';
