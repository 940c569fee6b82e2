import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import type { Events } from '../status/events.ts';
import type { Metrics } from '../web/metrics.ts';

/** What one process of the controller has, for as long as it holds the lock. */
export interface Controller {
  readonly client: KubeClient;
  readonly log: Log;
  /** Its own namespace: ConfigMaps with manifests are looked for there, and what was before an upgrade is kept there. */
  readonly namespace: string;
  /** The node that it is on, where it knows it. */
  readonly ownNode: string | undefined;
  /** A directory with the manifests of the jobs. */
  readonly manifests: string;
  readonly events: Events;
  readonly metrics: Metrics;
  /** Asks for another turn. */
  readonly wake: () => void;
  readonly signal: AbortSignal;
}
