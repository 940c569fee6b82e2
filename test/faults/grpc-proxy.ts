import { once } from 'node:events';
import {
  type ClientHttp2Stream,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { faultAfter, faultBefore, type Hit } from './connection-fault.ts';
import { type Fault, type FaultAction, faultPicker, type RecordedRequest } from './fault.ts';
import { answerOf, type GrpcUpstream, openGrpcUpstream, sendAnswer } from './grpc-upstream.ts';
import { listen } from './listener.ts';

/** What the method of a recorded call says: whether it may change something, or goes on in both directions. */
export type GrpcMethod = 'READ' | 'WRITE' | 'STREAM';

export interface GrpcFaultProxy extends AsyncDisposable {
  readonly url: string;
  /**
   * Every call since the start or the last reset, in the order of arrival: its method is a `GrpcMethod`, its path the name of
   * the gRPC method, its body the message in base64, its status that of gRPC.
   */
  readonly requests: readonly RecordedRequest[];
  /** Replaces the faults; their counts begin anew. An action `status` or `away` is not known here. */
  setFaults(faults: readonly Fault[]): void;
  /** Forgets faults and requests. */
  reset(): void;
  stop(): Promise<void>;
}

const STREAMS = new Set(['/etcdserverpb.Watch/Watch', '/etcdserverpb.Lease/LeaseKeepAlive']);

const WRITES = new Set([
  '/etcdserverpb.KV/Put',
  '/etcdserverpb.KV/DeleteRange',
  '/etcdserverpb.Lease/LeaseGrant',
  '/etcdserverpb.Lease/LeaseRevoke',
]);

/** Stands between a client and the v3 API of an etcd without TLS, records the calls, and spoils those that the faults name. */
export async function startGrpcFaultProxy(upstreamUrl: string): Promise<GrpcFaultProxy> {
  const upstream = openGrpcUpstream(upstreamUrl);
  const requests: RecordedRequest[] = [];
  let pick = faultPicker([]);
  const server = createServer();
  const listener = await listen(server);
  const begin = (path: string, message: Buffer, stream: ServerHttp2Stream): Hit => {
    const seen = { method: methodOf(path, message), path, body: message.toString('base64') };
    const action = pick(seen);
    const fault = action ? { fault: action.do } : {};
    const n = requests.length + 1;
    const entry: RecordedRequest = { n, ...seen, startedAt: new Date(), forwarded: false, ...fault };
    requests.push(entry);
    return { entry, action, socket: socketOf(listener.connections, stream) };
  };
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    serve(stream, headers, { upstream, begin }).catch(() => {
      // The client learns of a failure as it would without a proxy: by its connection.
      if (!stream.destroyed) socketOf(listener.connections, stream).destroy();
    });
  });
  const setFaults = (faults: readonly Fault[]) => {
    checkActions(faults);
    pick = faultPicker(faults);
  };
  const stop = async () => {
    listener.close();
    listener.resetAll();
    upstream.close();
  };
  return {
    url: `http://127.0.0.1:${listener.port}`,
    requests,
    setFaults,
    reset: () => {
      setFaults([]);
      requests.length = 0;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Serving {
  readonly upstream: GrpcUpstream;
  begin(path: string, message: Buffer, stream: ServerHttp2Stream): Hit;
}

async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  serving: Serving,
): Promise<void> {
  const path = headers[':path'] ?? '';
  const isStream = STREAMS.has(path);
  const message = isStream ? Buffer.alloc(0) : await buffer(stream);
  const hit = serving.begin(path, message, stream);
  if (!(await faultBefore(hit))) return;
  hit.entry.forwarded = true;
  const call = serving.upstream.call(headers);
  stream.once('close', () => call.close());
  if (isStream) return relayStream(stream, call, hit);
  call.end(message);
  const answer = await answerOf(call);
  hit.entry.status = Number(answer.trailers['grpc-status'] ?? answer.headers['grpc-status']);
  if (await faultAfter(hit)) sendAnswer(stream, answer);
}

/** Passes both directions on as they come; a fault after the answer is one after its begin. */
async function relayStream(stream: ServerHttp2Stream, call: ClientHttp2Stream, hit: Hit): Promise<void> {
  const sending = pipeline(stream, call, { end: true }).catch(() => undefined);
  const [headers]: IncomingHttpHeaders[] = await once(call, 'response');
  if (!(await faultAfter(hit)) || stream.destroyed) return;
  let trailers: IncomingHttpHeaders = {};
  call.once('trailers', found => {
    trailers = found;
  });
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  for await (const chunk of call) stream.write(chunk);
  stream.end();
  await sending;
}

/** The clients of etcd read with transactions, too: only one that compares something, which is its first field, may write. */
function methodOf(path: string, message: Buffer): GrpcMethod {
  if (STREAMS.has(path)) return 'STREAM';
  // Behind the five bytes of gRPC's frame: field 1, a message.
  const compares = path === '/etcdserverpb.KV/Txn' && message[5] === 0x0a;
  return compares || WRITES.has(path) ? 'WRITE' : 'READ';
}

/** The TCP connection below a call. */
function socketOf(connections: ReadonlySet<Socket>, stream: ServerHttp2Stream): Socket {
  const port = stream.session?.socket.remotePort;
  for (const socket of connections) if (socket.remotePort === port) return socket;
  throw new Error('the connection of a call has gone');
}

function checkActions(faults: readonly Fault[]): void {
  const unknown: readonly FaultAction['do'][] = ['status', 'away'];
  const wrong = faults.find(({ action }) => unknown.includes(action.do));
  if (wrong) throw new RangeError(`no action of a gRPC proxy: ${wrong.action.do}`);
}
