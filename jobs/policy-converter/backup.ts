import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isOursUnchanged } from '../lib/calico/networkpolicy/default-deny.ts';
import { listText, readListText } from '../lib/calico/object-list.ts';
import { type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { backupName } from '../lib/run/backup.ts';
import { backupStore, isDirectory } from '../lib/run/backup-choice.ts';
import { messageOf, refused, wrongUsage } from '../lib/run/failure.ts';
import { keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import type { PolicyConverterOptions } from './options.ts';
import { revertRecord } from './record.ts';
import { policiesText } from './sentence.ts';
import type { Done } from './target.ts';

const FILE = 'networkpolicies.json';

/**
 * Saves policies that are going to be deleted, and notes the backup for `--revert`. Those that we made ourselves are
 * not worth keeping. Throws a usage Failure where `--backup none` would lose them.
 */
export async function saveDeleted(
  options: PolicyConverterOptions,
  run: Run,
  policies: readonly KubeObject[],
  done: Done,
): Promise<void> {
  const users = policies.filter(policy => !isOursUnchanged(policy));
  if (users.length === 0) return;
  if (options.backup === 'none') {
    throw wrongUsage(
      `--backup none would lose ${policiesText(users.length)} that the conversion deletes: name configmap or a directory`,
    );
  }
  const files = new Map([[FILE, listText(users)]]);
  // The rounds of a run delete one after the other what the first of them has saved.
  if (done.backups.has(backupName(files))) return;
  const log = run.stage('backup');
  const { name, place } = await keepBackup(options, run, 'policy-converter', files);
  await revertRecord(options, () => run.client()).add(name);
  done.backups.add(backupName(files));
  log.info(`saved and read back: ${place} (${policiesText(users.length)})`);
}

/** Backups to revert, and the policies in them. */
export interface SavedPolicies {
  readonly backups: readonly string[];
  /** One for each name: the one that was deleted last. */
  readonly policies: readonly KubeObject[];
}

/** Reads the backups that `--backup` names: those on record, one, or all of a directory. */
export async function loadDeleted(options: PolicyConverterOptions, run: Run): Promise<SavedPolicies> {
  const backups = await backupsToRevert(options, run);
  const latest = new Map<string, KubeObject>();
  for (const backup of backups) {
    const store = backupStore(backup, () => run.client(), options.namespace);
    for (const policy of policiesOf(await store.load(backup), backup)) latest.set(objectKey(policy), policy);
  }
  return { backups, policies: [...latest.values()] };
}

async function backupsToRevert(options: PolicyConverterOptions, run: Run): Promise<readonly string[]> {
  const recorded = await revertRecord(options, () => run.client()).read();
  if (options.backup === 'configmap' || options.backup === 'none') return recorded;
  if (!isDirectory(options.backup)) return [options.backup];
  const own = await ownDirectories(options.backup);
  if (own.length === 0) return [options.backup];
  // In the order in which they were made, where that is known.
  const known = recorded.filter(backup => own.includes(backup));
  return [...own.filter(backup => !known.includes(backup)), ...known];
}

/** The backups below a directory; none where it is itself one. */
async function ownDirectories(root: string): Promise<readonly string[]> {
  const entries = await readdir(root).catch((error: unknown) => {
    throw wrongUsage(`cannot read the backup directory ${root}: ${messageOf(error)}`);
  });
  return entries
    .filter(entry => entry.startsWith('calico-upgrade-backup-'))
    .sort()
    .map(entry => join(root, entry));
}

function policiesOf(files: ReadonlyMap<string, string>, backup: string): readonly KubeObject[] {
  const text = files.get(FILE);
  if (text === undefined) {
    throw refused(`the backup ${backup} has no ${FILE}: it is not one of policy-converter. Name another`);
  }
  return readListText(FILE, text);
}
