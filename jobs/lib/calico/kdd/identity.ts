import { isRecord, type KubeObject } from '../../kubernetes/object.ts';

/** Where Calico 3.0 keeps metadata of its own in objects of the Kubernetes datastore (etcd v3 model reference, section 6). */
export const IDENTITY_ANNOTATION = 'projectcalico.org/metadata';

/** What the writer of a Calico object gives it. */
export interface Identity {
  /** A UUID. */
  readonly uid: string;
  /** RFC 3339, whole seconds, UTC. */
  readonly creationTimestamp: string;
}

/** A new object as Calico 3.0 writes it. */
export function withIdentity(object: KubeObject, { uid, creationTimestamp }: Identity): KubeObject {
  const { annotations, ...metadata } = object.metadata;
  const own = JSON.stringify({ uid, creationTimestamp });
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...annotations, [IDENTITY_ANNOTATION]: own } },
  };
}

/** An object without what says who wrote it and when: what is left can be compared. */
export function withoutIdentity(object: KubeObject): KubeObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const { [IDENTITY_ANNOTATION]: _, ...others } = annotations;
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(others).length > 0 && { annotations: others }) },
  };
}

/** The identity in an object; undefined where it has none that can be read. */
export function identityIn({ metadata }: KubeObject): Identity | undefined {
  try {
    const found: unknown = JSON.parse(metadata.annotations?.[IDENTITY_ANNOTATION] ?? '');
    if (!isRecord(found)) return undefined;
    const { uid, creationTimestamp } = found;
    return typeof uid === 'string' && typeof creationTimestamp === 'string'
      ? { uid, creationTimestamp }
      : undefined;
  } catch {
    return undefined;
  }
}
