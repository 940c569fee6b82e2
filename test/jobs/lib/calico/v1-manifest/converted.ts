import assert from 'node:assert/strict';
import {
  convertManifests,
  type ManifestConversion,
} from '../../../../../jobs/lib/calico/v1-manifest/convert-manifests.ts';
import { manifestOf } from '../../../../../jobs/lib/calico/v1-manifest/output.ts';

/** An object of v1. */
export const manifest = (kind: string, metadata: unknown, spec?: unknown) => ({
  apiVersion: 'v1',
  kind,
  metadata,
  ...(spec !== undefined && { spec }),
});

/** What becomes of these objects, given as one list. */
export const convert = (...objects: readonly unknown[]): ManifestConversion =>
  convertManifests(JSON.stringify(objects));

/** The one v3 manifest that an object becomes, without kind and apiVersion. */
export function converted(object: unknown): { readonly metadata: unknown; readonly spec: unknown } {
  const { resources, problems } = convert(object);
  assert.deepEqual(problems, []);
  const [resource, ...others] = resources;
  assert.ok(resource);
  assert.deepEqual(others, []);
  const { metadata, spec } = manifestOf(resource);
  return { metadata, spec };
}

/** Asserts that an object is refused for these fields, in words that are for manifests. */
export function refused(object: unknown, ...fields: readonly string[]): void {
  const { resources, problems } = convert(object);
  assert.deepEqual(resources, []);
  assert.deepEqual(
    problems.map(({ field }) => field),
    fields,
  );
  for (const { reason, fix } of problems) assertWords(reason, fix);
}

/** Sentences without a full stop that do not name what a manifest does not have. */
export function assertWords(reason: string, fix: string): void {
  assert.ok(reason.length > 0 && !reason.endsWith('.') && fix.length > 0 && !fix.endsWith('.'));
  assert.doesNotMatch(fix, /etcd|\bkey\b|pre_dnat|untracked|expected_ipv|next-tier|outbound|inbound/);
  assert.doesNotMatch(reason, /etcd|the key ends/);
}
