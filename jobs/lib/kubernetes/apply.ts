import type { KubeClient } from './client.ts';
import type { Kinds } from './kinds.ts';
import type { KubeObject } from './object.ts';
import type { Applied, Wanted } from './wanted.ts';

/** Where objects are applied. */
export interface ApplyTarget {
  readonly client: KubeClient;
  readonly kinds: Kinds;
}

/**
 * Creates an object, or brings what is there to it (see `Wanted`). Never deletes an object. `change` has the last word on what is
 * written, and is not noted as applied. Throws a refusal for a kind that is not served, and one that names the right
 * that is missing.
 */
export async function applyObject(
  target: ApplyTarget,
  wanted: Wanted,
  signal: AbortSignal,
  change: (merged: KubeObject) => KubeObject = merged => merged,
): Promise<Applied> {
  signal.throwIfAborted();
  throw new Error(`${target.client.server} ${wanted.object.metadata.name} ${change.name}`);
}
