import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAction, RecordedRequest } from './fault.ts';

/** A request and what is to go wrong with it, whatever its protocol. */
export interface Hit {
  readonly entry: RecordedRequest;
  readonly action: FaultAction | undefined;
  /** The client's TCP connection. */
  readonly socket: Socket;
}

/** How long a client that was killed in a call may take to be seen as gone. */
const NOTICE_MS = 20;

/** Does what the fault says before the upstream sees the request; false where it never will. */
export async function faultBefore({ entry, action, socket }: Hit): Promise<boolean> {
  switch (action?.do) {
    case 'refuse':
      socket.destroy();
      return false;
    case 'reset':
      socket.resetAndDestroy();
      return false;
    case 'stall':
      hangUpAfter(socket, action.ms);
      return false;
    case 'call':
      return action.when === 'after' || callFirst(action, entry, socket);
    default:
      return true;
  }
}

/** A client that the call killed has not sent its request: so a test knows which side of the write it was killed on. */
async function callFirst(
  action: Extract<FaultAction, { do: 'call' }>,
  entry: RecordedRequest,
  socket: Socket,
): Promise<boolean> {
  await action.call(entry);
  await sleep(NOTICE_MS);
  return !socket.destroyed;
}

/** Does what the fault says once the upstream has answered; false where the client must not see the answer. */
export async function faultAfter({ entry, action, socket }: Hit): Promise<boolean> {
  switch (action?.do) {
    case 'reset-after':
      socket.resetAndDestroy();
      return false;
    case 'stall-after':
      hangUpAfter(socket, action.ms);
      return false;
    case 'call':
      if (action.when === 'after') await action.call(entry);
      return true;
    default:
      return true;
  }
}

function hangUpAfter(socket: Socket, ms: number | undefined): void {
  if (ms === undefined) return;
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.once('close', () => clearTimeout(timer));
}
