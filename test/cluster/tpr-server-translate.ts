import { isRecord } from '../../jobs/lib/kubernetes/object.ts';

/** Where clients see TPRs. */
export const TPR_GROUP_PATH = '/apis/extensions/v1beta1';
export const TPR_PATH = `${TPR_GROUP_PATH}/thirdpartyresources`;

/** Where TPRs are kept: as objects of a CRD. Its names differ from `thirdpartyresources`, which kubectl must find once. */
const STORE_GROUP = 'testing.calico-upgrade.dev';
const STORE_PLURAL = 'storedtprs';
export const STORE_PATH = `/apis/${STORE_GROUP}/v1/${STORE_PLURAL}`;

const STORED = { apiVersion: `${STORE_GROUP}/v1`, kind: 'StoredTpr' };
const SERVED = { kind: 'ThirdPartyResource', apiVersion: 'extensions/v1beta1' };

/** The CRD that keeps the TPRs. */
export const STORE_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1beta1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${STORE_PLURAL}.${STORE_GROUP}` },
  spec: {
    group: STORE_GROUP,
    versions: [{ name: 'v1', served: true, storage: true }],
    scope: 'Cluster',
    names: { kind: STORED.kind, plural: STORE_PLURAL, singular: 'storedtpr' },
    preserveUnknownFields: true,
  },
};

/** A request body for TPRs as one for the store. */
export function toStored(method: string, body: unknown): unknown {
  if (!isRecord(body)) return body;
  if (method === 'POST' || method === 'PUT') {
    const { kind = SERVED.kind, apiVersion = SERVED.apiVersion } = body;
    return kind === SERVED.kind && apiVersion === SERVED.apiVersion ? { ...body, ...STORED } : body;
  }
  // A patch or DeleteOptions: these carry the apiVersion at most.
  return body.apiVersion === SERVED.apiVersion ? { ...body, apiVersion: STORED.apiVersion } : body;
}

/** An answer of the store (object, list, watch event or Status) as Kubernetes 1.7 gives it for TPRs. */
export function fromStored(body: unknown): unknown {
  if (!isRecord(body)) return body;
  if (body.kind === STORED.kind) return { ...SERVED, ...servedObject(body) };
  if (body.kind === `${STORED.kind}List`) return servedList(body);
  if (body.kind === 'Status') return servedStatus(body);
  return 'object' in body ? { ...body, object: fromStored(body.object) } : body;
}

function servedObject({
  apiVersion: _apiVersion,
  kind: _kind,
  metadata,
  ...fields
}: Record<string, unknown>) {
  if (!isRecord(metadata)) return fields;
  const { generation: _generation, managedFields: _managedFields, ...kept } = metadata;
  return { metadata: { ...kept, selfLink: `${TPR_PATH}/${kept.name}` }, ...fields };
}

function servedList(list: Record<string, unknown>) {
  const items = Array.isArray(list.items) ? list.items.filter(isRecord) : [];
  const metadata = isRecord(list.metadata) ? list.metadata : {};
  const { continue: next, resourceVersion } = metadata;
  return {
    kind: `${SERVED.kind}List`,
    apiVersion: SERVED.apiVersion,
    metadata: { selfLink: TPR_PATH, resourceVersion, ...(next ? { continue: next } : {}) },
    items: items.map(servedObject),
  };
}

/** Names the resource as clients know it, in the message and the details: `thirdpartyresources.extensions "x" …`. */
function servedStatus(status: Record<string, unknown>): unknown {
  const text = JSON.stringify(status)
    .replaceAll(STORE_PLURAL, 'thirdpartyresources')
    .replaceAll(STORED.kind, SERVED.kind)
    .replaceAll(STORED.apiVersion, SERVED.apiVersion)
    .replaceAll(STORE_GROUP, 'extensions');
  return JSON.parse(text);
}
