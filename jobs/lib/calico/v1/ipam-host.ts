import { addConversionError, addNote, type Findings } from './findings.ts';
import { convertNodeName } from './names.ts';

/**
 * The node that IPAM data of a host belongs to. A name that normalises to nothing is a problem: nobody would own the
 * addresses.
 */
export function ipamNode(found: Findings, key: string, field: string, host: string): string {
  const node = convertNodeName(host);
  if (host !== '' && node === '') {
    addConversionError(found, key, {
      field,
      reason: `names the host '${host}', expected a name with letters or digits`,
      fix: `Delete ${key} in etcd v2 if the host is gone, or give the host another name`,
    });
  }
  noteHidden(found, key, 'the host', host);
  return node;
}

/** Notes that a key refers to something that etcd v2 hides and never lists, so that it cannot be carried over. */
export function noteHidden(found: Findings, key: string, what: string, name: string): void {
  if (!name.startsWith('_')) return;
  addNote(
    found,
    key,
    `refers to ${what} ${name}: etcd v2 hides names that begin with '_', so what is stored under it is not carried over`,
  );
}
