import protobuf from 'protobufjs';
import { isRecord, type KubeObject } from './object.ts';
import { OBJECT_META_PROTO, servedMeta } from './stored-meta.ts';
import { decodeMessage, decodeStored, parseJsonObject, type StoredObject } from './stored-object.ts';

// k8s.io/api/extensions/v1beta1/generated.proto of Kubernetes 1.7, the last with these kinds.
const { root } = protobuf.parse(`
  syntax = "proto2";
  ${OBJECT_META_PROTO}
  message APIVersion { optional string name = 1; }
  message ThirdPartyResource {
    optional ObjectMeta metadata = 1;
    optional string description = 2;
    repeated APIVersion versions = 3;
  }
  message ThirdPartyResourceData { optional ObjectMeta metadata = 1; optional bytes data = 2; }
`);

/** A stored ThirdPartyResource as Kubernetes 1.7 serves it. Throws an error that says what does not fit. */
export function decodeTpr(value: Buffer, modRevision: string): KubeObject {
  const stored = decodeStored(value);
  const { metadata, ...fields } = fieldsOf(stored, 'ThirdPartyResource');
  const { apiVersion, kind } = stored;
  return { ...fields, apiVersion, kind, metadata: servedMeta(metadata, modRevision) };
}

/**
 * The instance in a stored ThirdPartyResourceData as Kubernetes 1.7 serves it: the JSON that was once sent, but with the
 * stored metadata in the place of its own, which the API server never updates.
 */
export function decodeTprInstance(value: Buffer, modRevision: string): KubeObject {
  const { metadata, data } = fieldsOf(decodeStored(value), 'ThirdPartyResourceData');
  const instance = parseJsonObject(dataBytes(data));
  return { ...instance, metadata: servedMeta(metadata, modRevision) };
}

function fieldsOf(stored: StoredObject, kind: string): Readonly<Record<string, unknown>> {
  if (stored.kind !== kind) throw new Error(`it is a ${stored.apiVersion} ${stored.kind}, not a ${kind}`);
  return stored.encoding === 'json' ? stored.json : decodeMessage(root.lookupType(kind), stored.raw);
}

function dataBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data, 'base64');
  throw new Error(`its data is ${isRecord(data) ? 'an object' : typeof data}, not bytes`);
}
