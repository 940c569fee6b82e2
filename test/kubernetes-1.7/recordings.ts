import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const exchangeSchema = v.object({
  name: v.string(),
  request: v.object({
    method: v.string(),
    path: v.string(),
    contentType: v.optional(v.string()),
    body: v.optional(v.unknown()),
  }),
  response: v.object({ status: v.number(), contentType: v.string(), body: v.unknown() }),
});

/** A request to a real Kubernetes 1.7.5 API server and its answer. */
export type Exchange = v.InferOutput<typeof exchangeSchema>;

/** What an API server answers. A body that is a string is no JSON. */
export type Answer = Exchange['response'];

const FILE = join(import.meta.dirname, '../golden/kubernetes-1.7/exchanges.json');

const { exchanges } = v.parse(
  v.object({ exchanges: v.array(exchangeSchema) }),
  JSON.parse(readFileSync(FILE, 'utf8')),
);

export const EXCHANGES: readonly Exchange[] = exchanges;

/** The recording of this name. */
export function recorded(wanted: string): Exchange {
  const found = EXCHANGES.find(({ name }) => name === wanted);
  if (!found) throw new Error(`no recording ${wanted}`);
  return found;
}

/** A recorded answer to another request: the server gives the same one in more than one place. */
export function recordedFor(wanted: string, request: Exchange['request']): Exchange {
  return { ...recorded(wanted), request };
}
