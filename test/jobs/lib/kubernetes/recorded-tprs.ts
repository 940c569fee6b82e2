import { readFileSync } from 'node:fs';
import { isKubeObject, isRecord, type KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

const GOLDEN = new URL('../../../golden/kubernetes-1.7/', import.meta.url);

export interface RecordedEntry {
  readonly key: string;
  readonly encoding: string;
  readonly value: Buffer;
}

/** What a real Kubernetes 1.7.5 stored in etcd. */
export function recordedEntries(): readonly RecordedEntry[] {
  return records(golden('etcd-contents.json').entries).map(({ key, encoding, valueBase64 }) => ({
    key: String(key),
    encoding: String(encoding),
    value: Buffer.from(String(valueBase64), 'base64'),
  }));
}

/** The recorded entry whose key ends so. */
export function recordedEntry(keyEnd: string): RecordedEntry {
  const found = recordedEntries().find(entry => entry.key.endsWith(keyEnd));
  if (!found) throw new Error(`no recorded entry ${keyEnd}`);
  return found;
}

/** The objects as they were sent to that server. */
export function sentObjects(): readonly KubeObject[] {
  return records(golden('etcd-contents.json').objects).filter(isKubeObject);
}

/** The object that the server answered with, without its selfLink. */
export function servedObject(exchange: string): KubeObject {
  const found = records(golden('exchanges.json').exchanges).find(({ name }) => name === exchange);
  const body = isRecord(found?.response) ? found.response.body : undefined;
  if (!isKubeObject(body)) throw new Error(`exchange ${exchange} has no object`);
  return withoutSelfLink(body);
}

/** The objects of a list that the server answered with, without their selfLinks. */
export function servedItems(exchange: string): readonly KubeObject[] {
  const found = records(golden('exchanges.json').exchanges).find(({ name }) => name === exchange);
  const body = isRecord(found?.response) ? found.response.body : undefined;
  return records(isRecord(body) ? body.items : undefined)
    .filter(isKubeObject)
    .map(withoutSelfLink);
}

function withoutSelfLink(object: KubeObject): KubeObject {
  const { selfLink: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function golden(file: string): Record<string, unknown> {
  const content: unknown = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8'));
  if (!isRecord(content)) throw new Error(`${file} holds no object`);
  return content;
}

function records(list: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
