import { isDeepStrictEqual } from 'node:util';
import { failedRun } from '../run/failure.ts';
import { applyFailure } from './apply-failure.ts';
import type { KubeClient } from './client.ts';
import { waitUntilUsable } from './crd.ts';
import { kindsOfCrd } from './crd-form.ts';
import { servedResources } from './discovery.ts';
import { type ServedForm, servedForm } from './forms.ts';
import type { Kinds } from './kinds.ts';
import { appliedTo, withLastApplied } from './last-applied.ts';
import { isBeingDeleted, isKubeObject, type KubeObject, objectKey } from './object.ts';
import { objectPath } from './resource.ts';
import type { Applied, Wanted } from './wanted.ts';
import { create, get, onConflictAgain } from './write.ts';

/** Where objects are applied. */
export interface ApplyTarget {
  readonly client: KubeClient;
  readonly kinds: Kinds;
}

/**
 * Creates an object, or brings what is there to it (see `Wanted`), bound to the state that was read. Never deletes an object. Of a
 * CustomResourceDefinition it returns when its kinds can be used. `change` has the last word on what is written, and is not
 * noted as applied. Throws a refusal for a kind that is not served, for a right that is missing, and for an object that
 * the API server does not take.
 */
export async function applyObject(
  target: ApplyTarget,
  wanted: Wanted,
  signal: AbortSignal,
  change: (merged: KubeObject) => KubeObject = merged => merged,
): Promise<Applied> {
  const form = inNamespace(await servedForm(target.kinds, wanted));
  try {
    const applied = await onConflictAgain(() => {
      signal.throwIfAborted();
      return applyOnce(target.client, form, change);
    }, signal);
    await untilUsable(target.client, form, signal);
    return applied;
  } catch (error) {
    throw applyFailure(error, form);
  }
}

/** Older manifests have a namespace on objects of the cluster, too. */
function inNamespace({ resource, wanted, asNew }: ServedForm): ServedForm {
  const placed = (object: KubeObject): KubeObject => {
    const { namespace = 'default', ...metadata } = object.metadata;
    return { ...object, metadata: { ...metadata, ...(resource.namespaced && { namespace }) } };
  };
  return { resource, wanted: { ...wanted, object: placed(wanted.object) }, asNew: placed(asNew) };
}

async function applyOnce(
  client: KubeClient,
  { resource, wanted, asNew }: ServedForm,
  change: (merged: KubeObject) => KubeObject,
): Promise<Applied> {
  const { name, namespace } = wanted.object.metadata;
  const what = `${resource.kind} ${objectKey(wanted.object)}`;
  let live = await get(client, resource, name, namespace);
  if (!live) {
    if (wanted.base) throw failedRun(`${what} was there, and is gone. Find out who deleted it`);
    const made = change(withLastApplied(asNew, wanted.object));
    const { created, object } = await create(client, resource, made, namespace);
    if (created) return 'created';
    live = object;
  }
  if (isBeingDeleted(live)) throw failedRun(`${what} is being deleted. Wait until it is gone`);
  const next = change(appliedTo(live, wanted));
  if (isDeepStrictEqual(next, live)) return 'unchanged';
  const path = objectPath(resource, name, namespace);
  const written = await client.request({ method: 'PUT', path, body: next });
  // The server may see no difference where we do: in a quantity, in a default that is left out.
  const isSame = isKubeObject(written) && written.metadata.resourceVersion === live.metadata.resourceVersion;
  return isSame ? 'unchanged' : 'changed';
}

async function untilUsable(
  client: KubeClient,
  { resource, wanted }: ServedForm,
  signal: AbortSignal,
): Promise<void> {
  if (resource.kind !== 'CustomResourceDefinition') return;
  for (const kind of kindsOfCrd(wanted.object)) {
    // By discovery, which everybody may ask, while a list of the new kind takes a right of its own.
    const isServed = async () => {
      const served = await servedResources(client, kind.group, kind.version);
      return served.has(kind.plural);
    };
    await waitUntilUsable(client, resource, kind, signal, isServed);
  }
}
