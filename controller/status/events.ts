import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type EventTarget, type EventText, recordEvent } from '../../jobs/lib/kubernetes/events.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { apiVersionOf } from '../../jobs/lib/kubernetes/resource.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import type { Log } from '../../jobs/lib/run/log.ts';

/** Events for `kubectl describe`. Nobody waits for them, and one that cannot be written is a warning in the log. */
export interface Events {
  /** On the CalicoUpgrade. */
  onUpgrade(upgrade: KubeObject, event: EventText): void;
  /** On a Node. */
  onNode(node: string, event: EventText): void;
  /** Resolves when all that were begun are written or given up. */
  settled(): Promise<void>;
}

/** Writes Events with a client that ought not to try for long: what happened minutes ago is in the log and the status. */
export function startEvents(client: KubeClient, log: Log, now = () => new Date()): Events {
  const underWay = new Set<Promise<void>>();
  const record = (target: EventTarget, event: EventText): void => {
    const written = recordEvent(client, target, event, now())
      .catch((error: unknown) =>
        log.warn(
          `cannot record the Event ${event.reason} on ${target.kind} ${target.name}: ${messageOf(error)}`,
        ),
      )
      .finally(() => underWay.delete(written));
    underWay.add(written);
  };
  return {
    onUpgrade: ({ metadata: { name, uid = '' } }, event) =>
      record({ apiVersion: apiVersionOf(CALICO_UPGRADES), kind: CALICO_UPGRADES.kind, name, uid }, event),
    // With the name in the place of the uid, as the kubelet does it: kubectl describe looks for that.
    onNode: (name, event) => record({ apiVersion: 'v1', kind: 'Node', name, uid: name }, event),
    async settled() {
      await Promise.all(underWay);
    },
  };
}
