import type { KubeClient } from '../lib/kubernetes/client.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import type { Log } from '../lib/run/log.ts';

/** Where policies are written. */
export interface Target {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What this run has seen through, by `namespace/name`. */
export interface Done {
  readonly created: Map<string, KubeObject>;
  readonly deleted: Map<string, KubeObject>;
  /** The backups that it has made. */
  readonly backups: Set<string>;
}

export const nothingDone = (): Done => ({ created: new Map(), deleted: new Map(), backups: new Set() });
