import { createHash } from 'node:crypto';

/** A backup: file names (letters, digits, dots, dashes) and their texts. */
export type BackupFiles = ReadonlyMap<string, string>;

/** Where backups are kept. A backup is complete as soon as `save` has returned, and never before. */
export interface BackupStore {
  /**
   * Saves the files and reads them back. Safe to repeat: the name follows from the contents, and what an interrupted
   * save has written is used. Returns the name under which `load` finds the backup. Throws a Failure.
   */
  save(files: BackupFiles): Promise<string>;
  /** Reads a complete backup and checks it. Throws a Failure that says what is missing or damaged. */
  load(name: string): Promise<BackupFiles>;
}

export interface BackupIndexEntry {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `calico-upgrade-backup-` and a digest of names and contents. */
export function backupName(files: BackupFiles): string {
  return `calico-upgrade-backup-${sha256(JSON.stringify(sortedFiles(files))).slice(0, 10)}`;
}

export function sortedFiles(files: BackupFiles): readonly (readonly [string, string])[] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1));
}

export function indexEntries(files: BackupFiles): readonly BackupIndexEntry[] {
  return sortedFiles(files).map(([file, text]) => ({
    file,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
}

/** What differs between a backup and its index, a line each; empty if it is whole. */
export function damages(files: BackupFiles, index: readonly BackupIndexEntry[]): readonly string[] {
  return index.flatMap(({ file, bytes, sha256: expected }) => {
    const text = files.get(file);
    if (text === undefined) return [`${file} is missing`];
    return sha256(text) === expected
      ? []
      : [
          `${file} is damaged: found ${Buffer.byteLength(text)} bytes, expected ${bytes} with another checksum`,
        ];
  });
}
