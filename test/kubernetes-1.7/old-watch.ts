import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import type { Dispatcher } from 'undici';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { oldAnswer } from './old-answer.ts';
import type { OldRequest } from './old-request.ts';

/** Whether a request is for the events of a collection. */
export const isWatch = ({ method, path }: OldRequest): boolean =>
  method === 'GET' && new URL(path, 'https://localhost').searchParams.get('watch') === 'true';

/** Passes the events of a watch on as they come, with each object as 1.7.5 shows it. */
export async function relayWatch(
  { statusCode, body }: Dispatcher.ResponseData,
  path: string,
  res: ServerResponse,
): Promise<void> {
  if (statusCode !== 200) {
    const {
      status,
      contentType,
      body: old,
    } = oldAnswer(path, { status: statusCode, body: await body.text() });
    res.writeHead(status, { 'content-type': contentType });
    res.end(typeof old === 'string' ? old : JSON.stringify(old));
    return;
  }
  res.once('close', () => body.destroy());
  res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  for await (const line of createInterface({ input: body })) res.write(`${oldEvent(path, line)}\n`);
  res.end();
}

function oldEvent(path: string, line: string): string {
  const event: unknown = JSON.parse(line);
  if (!isRecord(event)) return line;
  const { body } = oldAnswer(path, { status: 200, body: JSON.stringify(event.object) });
  return JSON.stringify({ ...event, object: body });
}
