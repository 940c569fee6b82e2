import { refused } from '../run/failure.ts';
import type { KubeClient } from './client.ts';
import { isBeingDeleted, isRecord, type KubeObject } from './object.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { pauseBefore, waitUntilServed } from './served.ts';
import { create, get } from './write.ts';

/** A kind to define: plain, without schema or printer columns, as Kubernetes 1.7 can hold it. */
export interface CrdKind extends Resource {
  readonly singular: string;
}

const WAIT_MS = 60_000;

export const crdName = (kind: CrdKind): string => `${kind.plural}.${kind.group}`;

/** The CustomResourceDefinition of a kind, in the form that the given version of the CRD API takes. */
export function crdObject(api: Resource, kind: CrdKind): KubeObject {
  const names = { kind: kind.kind, plural: kind.plural, singular: kind.singular };
  const scope = kind.namespaced ? 'Namespaced' : 'Cluster';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version =
    api.version === 'v1'
      ? { versions: [{ name: kind.version, served: true, storage: true, schema }] }
      : { version: kind.version };
  return {
    apiVersion: apiVersionOf(api),
    kind: api.kind,
    metadata: { name: crdName(kind) },
    spec: { group: kind.group, ...version, scope, names },
  };
}

/** What is wrong with an existing definition, as `spec.scope: found Namespaced, expected Cluster`; empty if it fits. */
export function crdDifferences(existing: KubeObject, kind: CrdKind): readonly string[] {
  const spec = isRecord(existing.spec) ? existing.spec : {};
  const names = isRecord(spec.names) ? spec.names : {};
  const versions = Array.isArray(spec.versions)
    ? spec.versions
        .filter(isRecord)
        .filter(({ served }) => served !== false)
        .map(({ name }) => name)
    : [spec.version];
  const expected: readonly [string, unknown, unknown][] = [
    ['spec.group', spec.group, kind.group],
    ['spec.scope', spec.scope, kind.namespaced ? 'Namespaced' : 'Cluster'],
    ['spec.names.kind', names.kind, kind.kind],
    ['spec.names.plural', names.plural, kind.plural],
    ['spec.version', versions.includes(kind.version) ? kind.version : versions.join(', '), kind.version],
  ];
  return expected
    .filter(([, found, wanted]) => found !== wanted)
    .map(([field, found, wanted]) => `${field}: found ${String(found)}, expected ${String(wanted)}`);
}

/** How far an existing definition is; `wrong` says what a person has to do about it. */
export type CrdState =
  | { readonly state: 'missing' | 'waiting' | 'ready' }
  | { readonly state: 'wrong'; readonly reason: string };

/** Looks at the definition of a kind, without waiting for anything. */
export async function crdState(client: KubeClient, api: Resource, kind: CrdKind): Promise<CrdState> {
  const existing = await get(client, api, crdName(kind));
  if (!existing) return { state: 'missing' };
  const name = `CustomResourceDefinition ${crdName(kind)}`;
  const differences = crdDifferences(existing, kind);
  if (differences.length > 0) {
    return {
      state: 'wrong',
      reason: `${name} is another than expected: ${differences.join('; ')}. Remove or repair it first`,
    };
  }
  if (isBeingDeleted(existing)) {
    return { state: 'wrong', reason: `${name} is being deleted. Wait until it is gone, then start again` };
  }
  const conditions = conditionsOf(existing);
  const names = conditions.get('NamesAccepted');
  if (names?.status === 'False') return { state: 'wrong', reason: namesRefused(name, names) };
  const ready = names?.status === 'True' && conditions.get('Established')?.status === 'True';
  return { state: ready ? 'ready' : 'waiting' };
}

const namesRefused = (name: string, condition: Record<string, unknown>): string =>
  `${name} cannot be used: ${String(condition.message)}. Remove the definition that holds the name, then start again`;

/**
 * Creates the definition where it is missing and waits until the kind can be used: Established, NamesAccepted, and the
 * endpoint answers. Throws a Failure when another definition is in the way or the wait is over.
 */
export async function ensureCrd(
  client: KubeClient,
  api: Resource,
  kind: CrdKind,
  signal: AbortSignal,
): Promise<void> {
  await create(client, api, crdObject(api, kind));
  await waitUntilUsable(client, api, kind, signal);
}

/**
 * Waits until a kind that is defined can be used; `isServed` looks in another way than by a list of it. Throws a Failure
 * when another definition is in the way or the wait is over.
 */
export async function waitUntilUsable(
  client: KubeClient,
  api: Resource,
  kind: CrdKind,
  signal: AbortSignal,
  isServed?: () => Promise<boolean>,
): Promise<void> {
  await waitUntilEstablished(client, api, kind, signal);
  await waitUntilServed(client, kind, signal, isServed);
}

async function waitUntilEstablished(
  client: KubeClient,
  api: Resource,
  kind: CrdKind,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const found = await crdState(client, api, kind);
    if (found.state === 'wrong') throw refused(found.reason);
    if (found.state === 'ready') return;
    await pauseBefore(deadline, `CustomResourceDefinition ${crdName(kind)} to be Established`, signal);
  }
}

function conditionsOf(definition: KubeObject | undefined): ReadonlyMap<unknown, Record<string, unknown>> {
  const status = isRecord(definition?.status) ? definition.status : {};
  const conditions = Array.isArray(status.conditions) ? status.conditions.filter(isRecord) : [];
  return new Map(conditions.map(condition => [condition.type, condition]));
}
