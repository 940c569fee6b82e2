import { isKubeObject, isRecord, type KubeObject } from './object.ts';

/** A List as kubectl reads it, with one object a line: for programs, and for people who search it. */
export function listText(objects: readonly KubeObject[]): string {
  const lines = objects.map(object => JSON.stringify(object)).join(',\n');
  return `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}\n`;
}

/** The objects of such a text; undefined where it is something else. */
export function parseListText(text: string): readonly KubeObject[] | undefined {
  const list: unknown = JSON.parse(text);
  const items = isRecord(list) ? list.items : undefined;
  return Array.isArray(items) && items.every(isKubeObject) ? items : undefined;
}
