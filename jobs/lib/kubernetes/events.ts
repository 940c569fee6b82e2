import { randomBytes } from 'node:crypto';
import { EVENTS } from './builtin.ts';
import type { KubeClient } from './client.ts';
import { isConflict } from './errors.ts';
import { listPath } from './resource.ts';

/** The object that an Event is shown with by `kubectl describe`: this needs its uid, too. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined for an object of the cluster, whose Events are in the namespace `default`. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

/** API servers refuse longer messages. */
const MESSAGE_LIMIT = 1_000;

const CUT = ' … (the log has all)';

const cutMessage = (text: string): string =>
  text.length <= MESSAGE_LIMIT ? text : text.slice(0, MESSAGE_LIMIT - CUT.length) + CUT;

/** What an Event says. */
export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** One word, such as `Refused`. */
  readonly reason: string;
  readonly message: string;
}

/** Of the name of an object, so that the name of its Event is not too long for the API server (253). */
const NAME_LIMIT = 220;

/** Unique also for several Events of one millisecond. */
const eventName = (target: string, now: Date, suffix: string): string =>
  `${target.slice(0, NAME_LIMIT).replace(/[.-]+$/, '')}.${now.getTime().toString(16)}${suffix}`;

/** Records an Event on an object. `now` and `suffix` make its time and its unique name. */
export async function recordEvent(
  client: KubeClient,
  target: EventTarget,
  event: EventText,
  now: Date,
  suffix = randomBytes(4).toString('hex'),
): Promise<void> {
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const namespace = target.namespace ?? 'default';
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(target.name, now, suffix), namespace },
    involvedObject: { ...target },
    type: event.type,
    reason: event.reason,
    message: cutMessage(event.message),
    source: { component: 'calico-upgrade' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  try {
    await client.request({ method: 'POST', path: listPath(EVENTS, namespace), body: object });
  } catch (error) {
    // The name is its own: an earlier try was done, whose answer was lost. To read it would take a right more.
    if (!isConflict(error)) throw error;
  }
}
