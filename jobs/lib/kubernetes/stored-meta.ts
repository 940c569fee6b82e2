import { isRecord, type ObjectMeta } from './object.ts';

/** ObjectMeta of Kubernetes 1.7 (k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto), for other .proto texts. */
export const OBJECT_META_PROTO = `
  message Time { optional int64 seconds = 1; optional int32 nanos = 2; }
  message OwnerReference {
    optional string kind = 1;
    optional string name = 3;
    optional string uid = 4;
    optional string apiVersion = 5;
    optional bool controller = 6;
    optional bool blockOwnerDeletion = 7;
  }
  message ObjectMeta {
    optional string name = 1;
    optional string generateName = 2;
    optional string namespace = 3;
    optional string selfLink = 4;
    optional string uid = 5;
    optional string resourceVersion = 6;
    optional int64 generation = 7;
    optional Time creationTimestamp = 8;
    optional Time deletionTimestamp = 9;
    optional int64 deletionGracePeriodSeconds = 10;
    map<string, string> labels = 11;
    map<string, string> annotations = 12;
    repeated OwnerReference ownerReferences = 13;
    repeated string finalizers = 14;
    optional string clusterName = 15;
  }
`;

const TIMES = ['creationTimestamp', 'deletionTimestamp'];

/** Stored metadata as the API server serves it: with the resourceVersion, which is not stored but known from etcd. */
export function servedMeta(stored: unknown, modRevision: string): ObjectMeta {
  if (!isRecord(stored) || typeof stored.name !== 'string' || stored.name === '') {
    throw new Error('it has no metadata with a name');
  }
  const meta: Record<string, unknown> = { creationTimestamp: null };
  for (const [field, value] of Object.entries(stored)) {
    const served = TIMES.includes(field) ? servedTime(value) : value;
    if (!isEmpty(served)) meta[field] = served;
  }
  return { ...meta, name: stored.name, resourceVersion: modRevision };
}

/** Go leaves these out of JSON, but not out of protobuf. */
function isEmpty(value: unknown): boolean {
  return value === '' || value === 0 || value === undefined || value === null;
}

/** RFC 3339 with seconds; JSON has it already. */
function servedTime(value: unknown): unknown {
  if (!isRecord(value) || typeof value.seconds !== 'number') return value;
  const time = new Date(value.seconds * 1000);
  if (Number.isNaN(time.valueOf())) throw new Error('its metadata holds a time that is none');
  return time.toISOString().replace('.000Z', 'Z');
}
