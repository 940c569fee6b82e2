import { hash } from 'node:crypto';
import { isRecord } from '../../kubernetes/object.ts';
import type { V3Entry, V3Metadata, V3Resource } from '../v1/unit.ts';
import { goText } from './go-text.ts';

/** What the writer of an object gives it (etcd v3 model reference, section 2). */
export interface Identity {
  /** A UUID. */
  readonly uid: string;
  /** RFC 3339, whole seconds, UTC: `2018-01-10T10:00:00Z`. */
  readonly creationTimestamp: string;
}

const ROOT = '/calico/resources/v3/projectcalico.org';

/** The key of a resource in etcd v3 (etcd v3 model reference, section 1). `plural` is for example `ippools`. */
export function resourceKey(plural: string, name: string, namespace?: string): string {
  return namespace === undefined ? `${ROOT}/${plural}/${name}` : `${ROOT}/${plural}/${namespace}/${name}`;
}

/** A resource of a cluster-wide kind, to be written. */
export function clusterEntry(
  kind: string,
  plural: string,
  metadata: V3Metadata,
  spec: V3Resource['spec'],
): V3Entry {
  return {
    key: resourceKey(plural, metadata.name),
    value: { kind, apiVersion: 'projectcalico.org/v3', metadata, spec },
  };
}

/** The exact text to store: what Go's encoding/json makes of the resource, in the order of Calico's fields. */
export function storedText(value: V3Entry['value'], identity: Identity): string {
  if (typeof value === 'string') return value;
  const { kind, apiVersion, metadata, spec } = value;
  const labels = nonEmpty(metadata.labels);
  const annotations = nonEmpty(metadata.annotations);
  const stored = {
    name: metadata.name,
    namespace: metadata.namespace || undefined,
    uid: identity.uid,
    creationTimestamp: identity.creationTimestamp,
    labels,
    annotations,
  };
  const maps = new Set([labels, annotations, spec.labelsToApply].filter(isRecord));
  return goText({ kind, apiVersion, metadata: stored, spec }, maps);
}

/** A UUID of version 5 in form, the same for the same key and seed. The seed is one migration's own. */
export function objectUid(key: string, seed: string): string {
  const digest = hash('sha1', `${seed}\0${key}`, 'hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const last = digest.slice(20, 32);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${last}`;
}

function nonEmpty(
  map: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  return map !== undefined && Object.keys(map).length > 0 ? map : undefined;
}
