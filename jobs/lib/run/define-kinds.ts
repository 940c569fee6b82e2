import type { KubeClient } from '../kubernetes/client.ts';
import { type CrdKind, crdState, ensureCrd } from '../kubernetes/crd.ts';
import { isNotFound } from '../kubernetes/errors.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { waitUntilServed } from '../kubernetes/served.ts';
import { type Created, create } from '../kubernetes/write.ts';
import { refused } from './failure.ts';
import type { Log } from './log.ts';
import { startProgress } from './progress.ts';

/** What CRDs and their objects are written with. */
export interface CrdTarget {
  readonly client: KubeClient;
  /** The form of CustomResourceDefinitions that the server has. */
  readonly crdApi: Resource;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Looks at the CRD definitions that exist. Returns the plurals of the kinds that are missing or not usable yet. Throws a
 * refusal that names every definition which is in the way.
 */
export async function checkDefinitions(
  client: KubeClient,
  crdApi: Resource,
  kinds: readonly CrdKind[],
): Promise<ReadonlySet<string>> {
  const states = await Promise.all(kinds.map(crd => crdState(client, crdApi, crd)));
  const wrong = states.flatMap(found => (found.state === 'wrong' ? [found.reason] : []));
  if (wrong.length > 0) throw refused(`nothing was written: ${wrong.join('. ')}`);
  return new Set(kinds.filter((_, index) => states[index]?.state !== 'ready').map(({ plural }) => plural));
}

/** Defines the kinds that are missing, and waits until all of them can be used. */
export async function defineKinds(
  { client, crdApi, log, signal }: CrdTarget,
  kinds: readonly CrdKind[],
): Promise<void> {
  if (kinds.length === 0) return;
  const progress = startProgress(log, 'customresourcedefinitions', kinds.length);
  await Promise.all(
    kinds.map(async crd => {
      await ensureCrd(client, crdApi, crd, signal);
      progress.add();
    }),
  );
}

/** Creates an object of a kind that may be new: its endpoint may be up on one API server, and not yet on the next. */
export async function createServed(
  { client, signal }: Pick<CrdTarget, 'client' | 'signal'>,
  crd: CrdKind,
  object: KubeObject,
): Promise<Created> {
  try {
    return await create(client, crd, object);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await waitUntilServed(client, crd, signal);
    return create(client, crd, object);
  }
}
