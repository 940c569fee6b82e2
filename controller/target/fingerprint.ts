import { createHash } from 'node:crypto';
import { REVISION_ANNOTATION } from '../../jobs/lib/calico/upgrade/annotations.ts';
import { type Fields, fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';

const LENGTH = 16;

/**
 * A short text that differs where pods would differ: by their template, or by the ConfigMap that they read. Neither the order of keys
 * counts, nor empty values, which API servers leave out, nor the annotation that holds the fingerprint.
 */
export function templateFingerprint(podTemplate: Fields, configMapData: Fields): string {
  const metadata = fieldsOf(podTemplate.metadata);
  const { [REVISION_ANNOTATION]: _, ...annotations } = fieldsOf(metadata.annotations);
  const template = { ...podTemplate, metadata: { ...metadata, annotations } };
  const text = JSON.stringify([normal(template) ?? null, normal(configMapData) ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}

/** The template with its fingerprint as an annotation. */
export function withFingerprint(podTemplate: Fields, configMapData: Fields): Fields {
  const metadata = fieldsOf(podTemplate.metadata);
  const revision = templateFingerprint(podTemplate, configMapData);
  const annotations = { ...fieldsOf(metadata.annotations), [REVISION_ANNOTATION]: revision };
  return { ...podTemplate, metadata: { ...metadata, annotations } };
}

/** Undefined where nothing is left of a value. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map(item => normal(item) ?? null) : undefined;
  if (!isRecord(value)) return value === null || value === '' ? undefined : value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, normal(inner)])
    .filter(([, inner]) => inner !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
