import type { IncomingMessage, ServerResponse } from 'node:http';
import { faultAfter, faultBefore, type Hit } from './connection-fault.ts';
import { sendStatus } from './fault-status.ts';
import { type Forwarder, relay, relayFor } from './forward.ts';

/** A request, its answer, and what is to go wrong between them. */
export interface Exchange extends Hit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: Buffer;
  readonly forwarder: Forwarder;
  readonly away: (ms: number) => Promise<void>;
}

/** Answers one request: with the upstream's answer, or as the fault says. */
export async function serveExchange(exchange: Exchange): Promise<void> {
  const { req, res, body, entry, action, forwarder } = exchange;
  if (!(await before(exchange))) return;
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  entry.forwarded = true;
  const reply = await forwarder.forward(req, body, gone.signal);
  entry.status = reply.statusCode ?? 0;
  if (!(await faultAfter(exchange))) {
    reply.on('error', () => undefined).resume();
    return;
  }
  if (action?.do === 'end') await relayFor(reply, res, action);
  else await relay(reply, res);
}

/** Does what the fault says before the upstream sees the request; false where it never will. */
async function before(exchange: Exchange): Promise<boolean> {
  const { res, entry, action, away } = exchange;
  switch (action?.do) {
    case 'status':
      entry.status = action.code;
      sendStatus(res, entry, action.code, action.retryAfterSeconds);
      return false;
    case 'away':
      await away(action.ms);
      return false;
    default:
      return faultBefore(exchange);
  }
}
