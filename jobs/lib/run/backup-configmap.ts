import { CONFIG_MAPS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { create, get } from '../kubernetes/write.ts';
import {
  type BackupFiles,
  type BackupStore,
  backupName,
  damages,
  indexEntries,
  sortedFiles,
} from './backup.ts';
import { INDEX_FILE, type IndexFile, indexText, parseIndex } from './backup-index.ts';
import { refused } from './failure.ts';
import { OWN_LABELS } from './own-labels.ts';

/** A ConfigMap holds 1 MiB; a server that stores JSON needs room for its escapes. */
const PART_BYTES = 600 * 1024;

/**
 * Backups as ConfigMaps: one with the index, named as the backup, and one for each 600 KiB. The index is written last,
 * so that a backup without index is one that was not finished.
 */
export function configMapBackupStore(client: KubeClient, namespace: string): BackupStore {
  return {
    async save(files) {
      const name = backupName(files);
      const { parts, index } = splitBackup(name, files);
      for (const [part, data] of parts) await createPart(client, namespace, part, data);
      await createPart(client, namespace, name, { [INDEX_FILE]: indexText(index) });
      await load(client, namespace, name);
      return name;
    },
    load: name => load(client, namespace, name),
  };
}

interface SplitBackup {
  readonly parts: ReadonlyMap<string, Record<string, string>>;
  readonly index: readonly IndexFile[];
}

/** Fills ConfigMaps one after the other; a file that does not fit goes on in the next, under the same key. */
export function splitBackup(name: string, files: BackupFiles, partBytes = PART_BYTES): SplitBackup {
  const parts = new Map<string, Record<string, string>>();
  const filesParts = new Map<string, string[]>();
  let room = 0;
  let data: Record<string, string> = {};
  let part = '';
  for (const [file, text] of sortedFiles(files)) {
    const own: string[] = [];
    filesParts.set(file, own);
    for (let rest = Buffer.from(text); own.length === 0 || rest.length > 0; ) {
      if (room <= 0) {
        room = partBytes;
        data = {};
        part = `${name}-${parts.size + 1}`;
        parts.set(part, data);
      }
      const bytes = wholeCharacters(rest, room);
      data[file] = rest.subarray(0, bytes).toString();
      own.push(part);
      rest = rest.subarray(bytes);
      room = rest.length > 0 ? 0 : room - bytes;
    }
  }
  const index = indexEntries(files).map(entry => ({ ...entry, parts: filesParts.get(entry.file) ?? [] }));
  return { parts, index };
}

/** The most bytes, at most `limit` (but one character at least), that end between two UTF-8 characters. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  if (bytes.length <= limit) return bytes.length;
  let end = limit;
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  if (end > 0) return end;
  end = 1;
  while (isContinuation(bytes[end])) end += 1;
  return end;
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

async function createPart(
  client: KubeClient,
  namespace: string,
  name: string,
  data: Record<string, string>,
): Promise<void> {
  const metadata = { name, namespace, labels: { ...OWN_LABELS, 'calico-upgrade/backup': 'true' } };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  const { created, object } = await create(client, CONFIG_MAPS, configMap, namespace);
  // The name is a digest of the contents: an equal ConfigMap is our own from an earlier run.
  if (!created && JSON.stringify(sorted(dataOf(object))) !== JSON.stringify(sorted(data))) {
    throw refused(
      `ConfigMap ${namespace}/${name} exists with other contents: somebody changed this backup. Rename or delete it, then start again`,
    );
  }
}

const sorted = (data: Record<string, string>): [string, string][] =>
  Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));

function dataOf(configMap: KubeObject): Record<string, string> {
  const { data } = configMap;
  if (!isRecord(data)) return {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
}

async function load(client: KubeClient, namespace: string, name: string): Promise<BackupFiles> {
  const configMap = await get(client, CONFIG_MAPS, name, namespace);
  const text = configMap && dataOf(configMap)[INDEX_FILE];
  if (text === undefined) {
    throw refused(
      `no backup ${namespace}/${name}. List them: kubectl -n ${namespace} get configmaps -l calico-upgrade/backup=true`,
    );
  }
  const index = parseIndex(text, `${namespace}/${name}`);
  const parts = new Map<string, Record<string, string>>();
  for (const part of new Set(index.flatMap(file => file.parts ?? []))) {
    const object = await get(client, CONFIG_MAPS, part, namespace);
    if (object) parts.set(part, dataOf(object));
  }
  const files = new Map(
    index.map(({ file, parts: own }) => [
      file,
      (own ?? []).map(part => parts.get(part)?.[file] ?? '').join(''),
    ]),
  );
  const found = damages(files, index);
  if (found.length > 0) throw refused(`the backup ${namespace}/${name} is not whole: name another`, found);
  return files;
}
