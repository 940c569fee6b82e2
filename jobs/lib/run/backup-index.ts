import * as v from 'valibot';
import type { BackupIndexEntry } from './backup.ts';
import { messageOf, refused } from './failure.ts';

export const INDEX_FILE = 'index.json';

const indexSchema = v.object({
  format: v.literal('calico-upgrade-backup/1'),
  files: v.array(
    v.object({
      file: v.string(),
      bytes: v.number(),
      sha256: v.string(),
      parts: v.optional(v.array(v.string())),
    }),
  ),
});

export interface IndexFile extends BackupIndexEntry {
  /** ConfigMaps that hold the file's parts, in order; absent in a directory. */
  readonly parts?: readonly string[] | undefined;
}

export function indexText(files: readonly IndexFile[]): string {
  return `${JSON.stringify({ format: 'calico-upgrade-backup/1', files }, undefined, 2)}\n`;
}

/** Reads an index. Throws a refused Failure that names the backup when it is none. */
export function parseIndex(text: string, backup: string): readonly IndexFile[] {
  try {
    return v.parse(indexSchema, JSON.parse(text)).files;
  } catch (error) {
    throw refused(
      `${backup}: ${INDEX_FILE} is not the index of a backup (${messageOf(error)}). Name another backup`,
    );
  }
}
