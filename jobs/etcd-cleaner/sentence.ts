import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import { READY_KEY } from '../lib/run/migration-facts.ts';
import { countOf } from '../lib/run/table.ts';
import type { Deleted } from './delete.ts';
import { deletableKeys, type Scan } from './scan.ts';

/** What a run would do. */
export function plannedSentence(scan: Scan): string {
  const keys = countOf(deletableKeys(scan).length, 'key');
  return `${keys} of Calico 2.6 and the directories around them would be saved, then deleted from etcd v2${ofOthers(scan)}`;
}

/** What a run says that finds everything deleted. */
export function nothingSentence({ v1Backups = [] }: MigrationRecord, scan: Scan): string {
  const where = v1Backups.length > 0 ? `. What was deleted is in ${v1Backups.join(', ')}` : '';
  return `nothing to delete: etcd v2 has no data of Calico 2.6 but ${READY_KEY}${ofOthers(scan)}${where}`;
}

/** What a run says at its end. */
export function deletedSentence({ v1Backups = [] }: MigrationRecord, deleted: Deleted, scan: Scan): string {
  const done = `${countOf(deleted.keys, 'key')} and ${deleted.directories} directories of Calico 2.6 deleted from etcd v2`;
  const back = v1Backups.map(name => `restore --backup ${name}`).join(', then ');
  return `${done}; ${READY_KEY} stays false, so that a late 2.6 component does nothing${ofOthers(scan)}. To bring them back: ${back}`;
}

const ofOthers = ({ foreign }: Scan): string =>
  foreign.length > 0 ? `; ${countOf(foreign.length, 'key')} of others stay` : '';
