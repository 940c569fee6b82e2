import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen, reset } from './listener.ts';

export interface TcpFaultProxyOptions {
  readonly upstreamHost: string;
  readonly upstreamPort: number;
}

export interface TcpFaultProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** How many bytes came from the upstream since the start or the last `restore`. */
  receivedBytes(): number;
  /** Passes that many bytes from the upstream on, then calls once: with `cut` or `stall`, a fault in the middle. */
  afterBytes(bytes: number, call: () => void): void;
  /** How many connections are open now. */
  connectionCount(): number;
  /** Resets all connections; new ones are accepted. */
  cut(): void;
  /** Refuses new connections; open ones stay (see `cut`). */
  refuse(): void;
  /** Accepts connections and passes nothing on, in both directions, as a network does that loses everything. */
  stall(): void;
  /** Passes each piece of data on `ms` later, in both directions. */
  delay(ms: number): void;
  /** Ends all faults; what was stalled flows on. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** Stands between a client and any TCP server, for faults of the network. */
export async function startTcpFaultProxy(options: TcpFaultProxyOptions): Promise<TcpFaultProxy> {
  const flow = createFlow();
  const meter = createMeter();
  const upstreams = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, client => {
    const upstream = connect({ host: options.upstreamHost, port: options.upstreamPort, allowHalfOpen: true });
    upstreams.add(upstream);
    upstream.once('close', () => upstreams.delete(upstream));
    join(client, upstream, flow, meter);
  });
  const listener = await listen(server);
  const cut = () => {
    listener.resetAll();
    for (const upstream of upstreams) reset(upstream);
  };
  const stop = async () => {
    listener.close();
    cut();
  };
  const restore = async () => {
    flow.restore();
    meter.reset();
    await listener.open();
  };
  return {
    ...{ host: '127.0.0.1', port: listener.port, connectionCount: () => listener.connections.size },
    ...{ receivedBytes: meter.received, afterBytes: meter.afterBytes },
    ...{ cut, refuse: listener.close, stall: flow.stall, delay: flow.delay, restore, stop },
    [Symbol.asyncDispose]: stop,
  };
}

function join(client: Socket, upstream: Socket, flow: Flow, meter: Meter): void {
  // Before the pipelines, which would close the other side as if nothing had happened.
  upstream.once('error', () => reset(client));
  client.once('error', () => reset(upstream));
  pipeline(client, flow.passage(), upstream).catch(() => client.destroy());
  pipeline(upstream, meter.passage(), flow.passage(), client).catch(() => upstream.destroy());
}

interface Meter {
  /** A stream that counts what goes through. */
  passage(): Transform;
  received(): number;
  afterBytes(bytes: number, call: () => void): void;
  reset(): void;
}

function createMeter(): Meter {
  let bytes = 0;
  let due: { readonly at: number; readonly call: () => void } | undefined;
  const pass = async (stream: Transform, chunk: Buffer) => {
    const room = due ? due.at - bytes : chunk.length + 1;
    bytes += chunk.length;
    if (!due || room > chunk.length) {
      stream.push(chunk);
      return;
    }
    const { call } = due;
    due = undefined;
    stream.push(chunk.subarray(0, room));
    // What was let through goes out first; the rest follows where the connection survives.
    await sleep(1);
    call();
    if (room < chunk.length) stream.push(chunk.subarray(room));
  };
  return {
    passage: () =>
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          void pass(this, chunk).then(() => done());
        },
      }),
    received: () => bytes,
    afterBytes: (more, call) => {
      due = { at: bytes + more, call };
    },
    reset: () => {
      bytes = 0;
      due = undefined;
    },
  };
}

interface Flow {
  /** A stream that data goes through when the flow lets it. */
  passage(): Transform;
  stall(): void;
  delay(ms: number): void;
  restore(): void;
}

function createFlow(): Flow {
  let delayMs = 0;
  let stalled: PromiseWithResolvers<void> | undefined;
  const pass = async () => {
    if (delayMs > 0) await sleep(delayMs);
    while (stalled) await stalled.promise;
  };
  return {
    passage: () =>
      new Transform({
        transform: (chunk, _encoding, done) => void pass().then(() => done(null, chunk)),
        flush: done => void pass().then(() => done()),
      }),
    stall: () => {
      stalled ??= Promise.withResolvers();
    },
    delay: ms => {
      delayMs = ms;
    },
    restore: () => {
      delayMs = 0;
      stalled?.resolve();
      stalled = undefined;
    },
  };
}
