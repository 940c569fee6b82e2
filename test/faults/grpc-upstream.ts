import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';

/** A gRPC server behind a proxy. */
export interface GrpcUpstream {
  /** Begins a call; its message is still to be sent. */
  call(headers: IncomingHttpHeaders): ClientHttp2Stream;
  close(): void;
}

/** Connects with the first call, and again where the server went away. */
export function openGrpcUpstream(url: string): GrpcUpstream {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = connect(url);
    // The calls under way fail with it, and that is where it is noticed.
    opened.on('error', () => undefined);
    session = opened;
    return opened;
  };
  return { call: headers => open().request(headers), close: () => session?.destroy() };
}

/** The answer to a call. */
export interface GrpcAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

/** The whole answer of a call that has one message. */
export async function answerOf(call: ClientHttp2Stream): Promise<GrpcAnswer> {
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  call.once('response', found => {
    headers = found;
  });
  call.once('trailers', found => {
    trailers = found;
  });
  const chunks: Buffer[] = [];
  for await (const chunk of call) chunks.push(chunk);
  if (headers[':status'] === undefined) throw new Error('the upstream gave no answer');
  return { headers, body: Buffer.concat(chunks), trailers };
}

/** Sends a whole answer on. */
export function sendAnswer(stream: ServerHttp2Stream, { headers, body, trailers }: GrpcAnswer): void {
  if (stream.destroyed) return;
  // An error may come as headers only.
  if (trailers['grpc-status'] === undefined) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}
