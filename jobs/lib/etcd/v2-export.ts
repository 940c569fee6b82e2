import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { messageOf, refused } from '../run/failure.ts';
import type { V2Node } from './v2-answer.ts';

/** The file by which a backup is known as one of etcd v2 keys; it lists the others. */
export const EXPORT_FILE = 'etcd-v2.json';

/** What is packed at a time, in characters: so much is in memory unpacked. */
const PART_LENGTH = 4 * 1024 * 1024;

const indexSchema = v.object({
  format: v.literal('calico-upgrade-etcd-v2/1'),
  keys: v.number(),
  directories: v.number(),
  parts: v.array(v.string()),
});

/** A key with its value, or an empty directory: its key ends in `/`, its value is empty. */
export type ExportedNode = Pick<V2Node, 'key' | 'value'>;

/** Collects keys for a backup. */
export interface ExportWriter {
  add(node: ExportedNode): void;
  /** All that was added, as the files of a backup. Equal keys in an equal order make equal files. */
  files(): ReadonlyMap<string, string>;
}

/**
 * Packs what is added at once, so that 100,000 keys take some MB. A part is a line of JSON for each key, through gzip and
 * base64, as a ConfigMap holds text only: `base64 -d <part> | gunzip` shows it.
 */
export function exportWriter(): ExportWriter {
  const parts = new Map<string, string>();
  let lines: string[] = [];
  let length = 0;
  let [keys, directories] = [0, 0];
  const pack = (): void => {
    if (lines.length === 0) return;
    const number = String(parts.size + 1).padStart(4, '0');
    parts.set(`etcd-v2-${number}.jsonl.gz.base64`, gzipSync(lines.join('')).toString('base64'));
    lines = [];
    length = 0;
  };
  return {
    add({ key, value }) {
      const isDirectory = key.endsWith('/');
      const line = `${JSON.stringify(isDirectory ? { key } : { key, value })}\n`;
      if (isDirectory) directories += 1;
      else keys += 1;
      lines.push(line);
      length += line.length;
      if (length >= PART_LENGTH) pack();
    },
    files() {
      pack();
      const index = { format: 'calico-upgrade-etcd-v2/1', keys, directories, parts: [...parts.keys()] };
      return new Map([[EXPORT_FILE, `${JSON.stringify(index, undefined, 2)}\n`], ...parts]);
    },
  };
}

/** Whether a backup is one of etcd v2 keys. */
export const isExport = (files: ReadonlyMap<string, string>): boolean => files.has(EXPORT_FILE);

/**
 * All keys of a backup, in their order; a part at a time is unpacked. Throws a refusal that names the file which cannot be
 * read, or says that keys are missing.
 */
export function* readExport(files: ReadonlyMap<string, string>): Generator<ExportedNode> {
  const { keys, directories, parts } = parsed(indexSchema, EXPORT_FILE, fileOf(files, EXPORT_FILE));
  let count = 0;
  for (const part of parts) {
    for (const line of unpacked(part, fileOf(files, part)).split('\n')) {
      if (line === '') continue;
      const { key, value = '' } = parsed(lineSchema, part, line);
      count += 1;
      yield { key, value };
    }
  }
  if (count !== keys + directories) {
    throw refused(
      `the backup is not whole: ${EXPORT_FILE} counts ${keys + directories} keys and directories, found ${count}. Name another`,
    );
  }
}

const lineSchema = v.object({
  key: v.pipe(v.string(), v.startsWith('/')),
  value: v.optional(v.string()),
});

/** What tells one value from another, in little memory. */
export const valueDigest = (value: string): string => hash('sha256', value, 'base64url');

function fileOf(files: ReadonlyMap<string, string>, name: string): string {
  const text = files.get(name);
  if (text !== undefined) return text;
  throw refused(`the backup has no ${name}: it is not whole. Name another`);
}

function unpacked(part: string, text: string): string {
  try {
    return gunzipSync(Buffer.from(text, 'base64')).toString();
  } catch (error) {
    throw refused(`${part} of the backup cannot be unpacked (${messageOf(error)}). Name another backup`);
  }
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, file: string, text: string): T {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (result.success) return result.output;
  throw refused(
    `${file} of the backup does not hold keys of etcd v2 as this program saves them. Name another`,
  );
}
