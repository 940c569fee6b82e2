import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAction, RecordedRequest } from './fault.ts';
import { sendStatus } from './fault-status.ts';
import { type Forwarder, relay } from './forward.ts';

/** A request, its answer, and what is to go wrong between them. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: Buffer;
  readonly entry: RecordedRequest;
  readonly action: FaultAction | undefined;
  /** The client's TCP connection. */
  readonly socket: Socket;
  readonly forwarder: Forwarder;
  readonly away: (ms: number) => Promise<void>;
}

/** How long a client that was killed in a call may take to be seen as gone. */
const NOTICE_MS = 20;

/** Answers one request: with the upstream's answer, or as the fault says. */
export async function serveExchange(exchange: Exchange): Promise<void> {
  const { req, res, body, entry, forwarder } = exchange;
  if (!(await before(exchange))) return;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  entry.forwarded = true;
  const reply = await forwarder.forward(req, body, gone.signal);
  entry.status = reply.statusCode ?? 0;
  if (!(await after(exchange))) {
    reply.on('error', () => undefined).resume();
    return;
  }
  await relay(reply, res);
}

/** Does what the fault says before the upstream sees the request; false where it never will. */
async function before({ res, entry, action, socket, away }: Exchange): Promise<boolean> {
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
    case 'status':
      entry.status = action.code;
      sendStatus(res, entry, action.code, action.retryAfterSeconds);
      return false;
    case 'away':
      await away(action.ms);
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
async function after({ entry, action, socket }: Exchange): Promise<boolean> {
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
