import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type BackupFiles,
  type BackupStore,
  backupName,
  damages,
  indexEntries,
  sortedFiles,
} from './backup.ts';
import { INDEX_FILE, indexText, parseIndex } from './backup-index.ts';
import { failedRun, messageOf, refused, wrongUsage } from './failure.ts';

/** Backups as directories below one directory, for example a mounted volume. */
export function directoryBackupStore(root: string): BackupStore {
  return {
    async save(files) {
      const directory = join(root, backupName(files));
      try {
        await mkdir(directory, { recursive: true });
        for (const [name, text] of sortedFiles(files)) await writeDurably(join(directory, name), text);
        await writeDurably(join(directory, INDEX_FILE), indexText(indexEntries(files)));
        await syncDirectory(directory);
      } catch (error) {
        throw failedRun(`cannot write the backup to ${directory}: ${messageOf(error)}`);
      }
      await loadDirectory(directory);
      return directory;
    },
    load: name => loadNamed(name),
  };
}

/** A backup's own directory, or the directory above if it holds just one. */
async function loadNamed(name: string): Promise<BackupFiles> {
  const entries = await readdir(name).catch((error: unknown) => {
    throw wrongUsage(`cannot read the backup directory ${name}: ${messageOf(error)}`);
  });
  if (entries.includes(INDEX_FILE)) return loadDirectory(name);
  const backups = entries.filter(entry => entry.startsWith('calico-upgrade-backup-'));
  const [only] = backups;
  if (basename(name).startsWith('calico-upgrade-backup-')) return loadDirectory(name);
  if (only && backups.length === 1) return loadDirectory(join(name, only));
  throw wrongUsage(
    backups.length === 0
      ? `${name} holds no backup`
      : `${name} holds several backups, name one: ${backups.join(', ')}`,
  );
}

async function loadDirectory(directory: string): Promise<BackupFiles> {
  const text = await readFile(join(directory, INDEX_FILE), 'utf8').catch((error: unknown) => {
    throw refused(
      `the backup ${directory} is not whole: its ${INDEX_FILE}, which is written last, cannot be read (${messageOf(error)}). Name another`,
    );
  });
  const index = parseIndex(text, directory);
  const files = new Map<string, string>();
  for (const { file } of index) {
    const text = await readFile(join(directory, file), 'utf8').catch(() => undefined);
    if (text !== undefined) files.set(file, text);
  }
  const found = damages(files, index);
  if (found.length > 0) throw refused(`the backup ${directory} is not whole: name another`, found);
  return files;
}

/** Makes the names of the files durable, too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file is there with its whole text, or not at all, also after a power cut. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
