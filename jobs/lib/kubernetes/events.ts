import { EVENTS } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { create } from './write.ts';

/** The object that an Event is shown with by `kubectl describe`: this needs its uid, too. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** API servers refuse longer messages. */
const MESSAGE_LIMIT = 1_000;

const CUT = ' … (the log has all)';

const cutMessage = (text: string): string =>
  text.length <= MESSAGE_LIMIT ? text : text.slice(0, MESSAGE_LIMIT - CUT.length) + CUT;

/** Records an Event on an object. `now` and `suffix` make its time and its unique name. */
export async function recordEvent(
  client: KubeClient,
  target: EventTarget,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  now: Date,
): Promise<void> {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const name = `${target.name}.${now.getTime().toString(16)}`;
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: target.namespace },
    involvedObject: { ...target },
    type: event.type,
    reason: event.reason,
    message: cutMessage(event.message),
    source: { component: 'calico-upgrade' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  await create(client, EVENTS, object, target.namespace);
}
