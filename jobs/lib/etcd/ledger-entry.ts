import type { WriteOperation } from './v3-operation.ts';

/** What was in a key that was overwritten. */
export interface Replaced {
  readonly key: string;
  /** The revision of the value that was replaced. */
  readonly modRevision: string;
  readonly value: Buffer;
}

/** The keys that one transaction created or overwrote. Its revision is that of the entry itself. */
export interface LedgerEntry {
  readonly created: readonly string[];
  readonly replaced: readonly Replaced[];
}

/** What a transaction has to record: a key that it creates, and a value that it replaces and has to keep. */
export function entryOf(operations: readonly WriteOperation[]): LedgerEntry | undefined {
  const created: string[] = [];
  const replaced: Replaced[] = [];
  for (const operation of operations) {
    if (operation.kind === 'delete') continue;
    const { key, guard, previous } = operation;
    if ('absent' in guard) created.push(key);
    else if (previous) replaced.push({ key, modRevision: guard.modRevision, value: previous });
  }
  return created.length + replaced.length > 0 ? { created, replaced } : undefined;
}

/** The value of an entry: JSON for people, with what all keys begin with written once. */
export function encodeEntry({ created, replaced }: LedgerEntry): Buffer {
  const prefix = commonPrefix([...created, ...replaced.map(({ key }) => key)]);
  const rest = (key: string) => key.slice(prefix.length);
  return Buffer.from(
    JSON.stringify({
      prefix,
      created: created.map(rest),
      ...(replaced.length === 0
        ? {}
        : {
            replaced: replaced.map(({ key, modRevision, value }) => [
              rest(key),
              modRevision,
              value.toString('base64'),
            ]),
          }),
    }),
  );
}

/** The entry of a value; undefined for one that is no entry. */
export function decodeEntry(value: Buffer): LedgerEntry | undefined {
  const raw = parsed(value.toString('utf8'));
  if (!isRawEntry(raw)) return undefined;
  const { prefix, created, replaced = [] } = raw;
  const old: Replaced[] = [];
  for (const item of replaced) {
    if (!isTexts(item)) return undefined;
    const [rest, modRevision, base64] = item;
    if (rest === undefined || !modRevision || base64 === undefined) return undefined;
    old.push({ key: prefix + rest, modRevision, value: Buffer.from(base64, 'base64') });
  }
  return { created: created.map(rest => prefix + rest), replaced: old };
}

interface RawEntry {
  readonly prefix: string;
  readonly created: readonly string[];
  readonly replaced?: readonly unknown[];
}

function isRawEntry(raw: unknown): raw is RawEntry {
  if (typeof raw !== 'object' || raw === null || !('prefix' in raw) || !('created' in raw)) return false;
  if (typeof raw.prefix !== 'string' || !isTexts(raw.created)) return false;
  return !('replaced' in raw) || Array.isArray(raw.replaced);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string');

function commonPrefix(keys: readonly string[]): string {
  let [prefix = ''] = keys;
  for (const key of keys) {
    while (!key.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  // Half of a surrogate pair would not survive UTF-8.
  return /[\ud800-\udbff]$/.test(prefix) ? prefix.slice(0, -1) : prefix;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
