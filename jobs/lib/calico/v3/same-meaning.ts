import { isRecord } from '../../kubernetes/object.ts';
import { parseJson } from '../parse-json.ts';

/** Whether two stored texts are the same but for what every writer sets by itself. */
export function sameMeaning(a: string, b: string): boolean {
  const [left, right] = [meaningOf(a), meaningOf(b)];
  return left !== undefined && left === right;
}

/** The content without uid and creation time, in an order of its own; `undefined` for what is no JSON object. */
function meaningOf(text: string): string | undefined {
  const parsed = parseJson(text);
  if (!isRecord(parsed)) return undefined;
  const { metadata } = parsed;
  if (!isRecord(metadata)) return JSON.stringify(sorted(parsed));
  const { uid: _uid, creationTimestamp: _time, ...rest } = metadata;
  return JSON.stringify(sorted({ ...parsed, metadata: rest }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
