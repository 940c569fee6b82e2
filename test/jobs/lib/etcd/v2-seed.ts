import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';

/** One write with the v2 API, as another client does it; fails the test where etcd refuses. Returns the index. */
export async function v2Put(
  endpoint: string,
  key: string,
  fields: Readonly<Record<string, string>>,
  method: 'PUT' | 'DELETE' = 'PUT',
): Promise<number> {
  const search = method === 'DELETE' ? `?${new URLSearchParams(fields)}` : '';
  const body = method === 'PUT' ? new URLSearchParams(fields) : null;
  const response = await fetch(`${endpoint}/v2/keys${encoded(key)}${search}`, { method, body });
  const answer = await response.text();
  assert.ok(response.ok, answer);
  return Number(/"modifiedIndex":(\d+)/.exec(answer)?.[1]);
}

const encoded = (key: string): string => key.split('/').map(encodeURIComponent).join('/');

const CONNECTIONS = 8;
const IN_FLIGHT = 16;

/** Sets many keys fast: requests are sent without waiting for each answer. Keys and values must be plain ASCII. */
export async function v2PutAll(
  endpoint: string,
  entries: readonly (readonly [string, string])[],
): Promise<void> {
  const { hostname, port } = new URL(endpoint);
  let next = 0;
  const worker = async (): Promise<void> => {
    const socket = connect(Number(port), hostname);
    const answers = answersOf(socket);
    let open = 0;
    while (next < entries.length || open > 0) {
      for (; open < IN_FLIGHT && next < entries.length; open += 1, next += 1) {
        const [key, value] = entries[next] ?? ['', ''];
        const body = `value=${encodeURIComponent(value)}`;
        socket.write(
          `PUT /v2/keys${encoded(key)} HTTP/1.1\r\nHost: etcd\r\nContent-Length: ${body.length}\r\n` +
            `Content-Type: application/x-www-form-urlencoded\r\n\r\n${body}`,
        );
      }
      open -= await answers();
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

/** Counts status lines; every one must be a success. */
function answersOf(socket: ReturnType<typeof connect>): () => Promise<number> {
  let rest = '';
  return async () => {
    const [chunk]: unknown[] = await once(socket, 'data');
    rest += String(chunk);
    const statuses = rest.match(/HTTP\/1\.1 (\d+)/g) ?? [];
    for (const status of statuses) assert.match(status, / 20[01]$/);
    rest = rest.slice(-12).replace(/HTTP\/1\.1 \d*$/, '');
    return statuses.length;
  };
}
