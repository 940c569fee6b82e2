import { isKubeObject, isRecord, type KubeObject } from '../kubernetes/object.ts';
import { refused } from '../run/failure.ts';

/** The file of a backup with the CRD objects that `restore` can put back. */
export const CRD_OBJECTS_FILE = 'crd-objects.json';

/** A List with one object a line: for programs, and for people who search it. */
export function listText(objects: readonly KubeObject[]): string {
  const lines = objects.map(object => JSON.stringify(object)).join(',\n');
  return `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}\n`;
}

/** Reads what `listText` wrote into this file of a backup. Throws a refused Failure that names the file. */
export function readListText(name: string, text: string): readonly KubeObject[] {
  const list: unknown = JSON.parse(text);
  const items = isRecord(list) ? list.items : undefined;
  if (!Array.isArray(items) || !items.every(isKubeObject)) {
    throw refused(
      `${name} of the backup is not a list of Kubernetes objects: somebody changed it. Name another backup`,
    );
  }
  return items;
}
