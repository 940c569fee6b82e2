import protobuf from 'protobufjs';
import { isRecord } from './object.ts';

/** A value as an API server stored it in etcd: its type, and its content in one of the two encodings. */
export type StoredObject = { readonly apiVersion: string; readonly kind: string } & (
  | { readonly encoding: 'json'; readonly json: Readonly<Record<string, unknown>> }
  | { readonly encoding: 'protobuf'; readonly raw: Uint8Array }
);

const PROTOBUF_MAGIC = Buffer.from('k8s\0');
const ENCRYPTED_PREFIX = Buffer.from('k8s:enc:');

// k8s.io/apimachinery/pkg/runtime/generated.proto of Kubernetes 1.7.
const { root } = protobuf.parse(`
  syntax = "proto2";
  message TypeMeta { optional string apiVersion = 1; optional string kind = 2; }
  message Unknown {
    optional TypeMeta typeMeta = 1;
    optional bytes raw = 2;
    optional string contentEncoding = 3;
    optional string contentType = 4;
  }
`);
const Unknown = root.lookupType('Unknown');

/** Decodes the envelope of a stored value. Throws an error that says what was found instead. */
export function decodeStored(value: Buffer): StoredObject {
  if (value.subarray(0, ENCRYPTED_PREFIX.length).equals(ENCRYPTED_PREFIX)) {
    throw new Error(
      'it is encrypted (encryption at rest of the API server), so that only the API server can read it',
    );
  }
  if (value.subarray(0, PROTOBUF_MAGIC.length).equals(PROTOBUF_MAGIC)) {
    return decodeUnknown(value.subarray(PROTOBUF_MAGIC.length));
  }
  const json = parseJsonObject(value);
  const { apiVersion, kind } = json;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new Error('it has no apiVersion and kind');
  return { apiVersion, kind, encoding: 'json', json };
}

function decodeUnknown(bytes: Uint8Array): StoredObject {
  const { typeMeta, raw, contentEncoding, contentType } = decodeMessage(Unknown, bytes);
  const { apiVersion, kind } = isRecord(typeMeta) ? typeMeta : {};
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    throw new Error('it has no apiVersion and kind');
  if (contentEncoding)
    throw new Error(`its content is encoded (${String(contentEncoding)}), which is not known`);
  const content = raw instanceof Uint8Array ? raw : new Uint8Array();
  if (contentType === 'application/json') {
    return { apiVersion, kind, encoding: 'json', json: parseJsonObject(content) };
  }
  return { apiVersion, kind, encoding: 'protobuf', raw: content };
}

/** A protobuf message as a plain object of the fields that are present. Numbers of 64 bits become JavaScript numbers. */
export function decodeMessage(type: protobuf.Type, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return type.toObject(type.decode(bytes), { longs: Number });
  } catch (error) {
    throw new Error(`it is not protobuf of ${type.name}`, { cause: error });
  }
}

/** JSON text that must hold an object. */
export function parseJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new Error('it is neither the protobuf nor the JSON of a Kubernetes object', { cause: error });
  }
  if (!isRecord(value)) throw new Error('its JSON is no object');
  return value;
}
