import { NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { ApiError, isConflict, isNotFound } from '../../jobs/lib/kubernetes/errors.ts';
import { execInPod } from '../../jobs/lib/kubernetes/exec.ts';
import { isBeingDeleted, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { create, get, mergePatch, onConflictAgain } from '../../jobs/lib/kubernetes/write.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import { BIRD_COMMAND, type BirdReport, parseBird } from './bird.ts';
import { CORDONED_BY, REPLACED, REPLACING, type Replacing } from './marks.ts';
import { type NodeFacts, nodeFacts } from './node-facts.ts';
import type { PodFacts } from './pod-facts.ts';

const EXEC_TIMEOUT_MS = 10_000;

/** Patches a Node in the state that was seen, or, where that is out of date, in its present one. Nothing for a node that is gone. */
async function patchNode(
  client: KubeClient,
  seen: NodeFacts,
  patchFor: (node: NodeFacts) => Record<string, unknown> | undefined,
): Promise<void> {
  const patch = patchFor(seen);
  try {
    if (!patch || (await patchAsSeen(client, seen, patch))) return;
    await mergePatch(client, NODES, seen.name, current => patchFor(nodeFacts(current)));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function patchAsSeen(
  client: KubeClient,
  { name, resourceVersion }: NodeFacts,
  patch: Record<string, unknown>,
): Promise<boolean> {
  const metadata = { ...(patch.metadata ?? {}), resourceVersion };
  try {
    await client.request({
      method: 'PATCH',
      path: objectPath(NODES, name),
      body: { ...patch, metadata },
      contentType: 'application/merge-patch+json',
    });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/** Cordons a node, and notes down in the same patch that we did it and what comes next. A cordon of somebody else stays theirs. */
export function markNode(
  client: KubeClient,
  node: NodeFacts,
  upgrade: string,
  mark: Replacing,
): Promise<void> {
  return patchNode(client, node, ({ isUnschedulable, cordonedBy, replacing }) => {
    if (replacing?.pod === mark.pod && replacing.since === mark.since) return undefined;
    const ours = !isUnschedulable || cordonedBy !== undefined;
    return {
      metadata: {
        annotations: { [REPLACING]: JSON.stringify(mark), ...(ours && { [CORDONED_BY]: upgrade }) },
      },
      ...(ours && { spec: { unschedulable: true } }),
    };
  });
}

/** Takes our mark off, and uncordons the node where we cordoned it. */
export function finishNode(
  client: KubeClient,
  node: NodeFacts,
  seconds: number | undefined,
  now: Date,
): Promise<void> {
  return patchNode(client, node, ({ cordonedBy, replacing }) => {
    if (cordonedBy === undefined && replacing === undefined) return undefined;
    const replaced =
      replacing === undefined || seconds === undefined
        ? {}
        : { [REPLACED]: JSON.stringify({ revision: replacing.revision, seconds, at: now.toISOString() }) };
    return {
      metadata: { annotations: { [REPLACING]: null, [CORDONED_BY]: null, ...replaced } },
      ...(cordonedBy !== undefined && { spec: { unschedulable: null } }),
    };
  });
}

/**
 * Deletes this very pod: one of the same name that is another is left alone. A conflict says that it is another, or that the server
 * met another writer: so it is looked at.
 */
export async function deletePod(
  client: KubeClient,
  { name, uid }: Pick<PodFacts, 'name' | 'uid'>,
  namespace: string,
): Promise<void> {
  const path = objectPath(PODS, name, namespace);
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  await onConflictAgain(async () => {
    try {
      await client.request({ method: 'DELETE', path, body });
    } catch (error) {
      if (isNotFound(error)) return;
      const found = isConflict(error) ? await get(client, PODS, name, namespace) : undefined;
      const isLeft = found?.metadata.uid === uid && !isBeingDeleted(found);
      if (!isConflict(error) || isLeft) throw error;
    }
  });
}

/** Makes a pod that pulls images, unless it is there. */
export async function createPod(client: KubeClient, pod: KubeObject): Promise<void> {
  await create(client, PODS, pod, pod.metadata.namespace);
}

/** What BIRD in a pod of calico-node says; or why it says nothing, such as a kubelet that does not answer, or a pod that is gone. */
export async function askBird(
  client: KubeClient,
  namespace: string,
  pod: PodFacts,
  signal: AbortSignal,
): Promise<BirdReport | { readonly problem: string }> {
  try {
    return await birdReport(client, namespace, pod, signal);
  } catch (error) {
    // A right that is missing is no finding.
    if (!(error instanceof ApiError) || error.status === 403) throw error;
    return { problem: messageOf(error) };
  }
}

async function birdReport(
  client: KubeClient,
  namespace: string,
  pod: PodFacts,
  signal: AbortSignal,
): Promise<BirdReport | { readonly problem: string }> {
  const target = { namespace, pod: pod.name, container: 'calico-node' };
  const { stdout, stderr, exitCode, message } = await execInPod(
    client,
    target,
    BIRD_COMMAND,
    EXEC_TIMEOUT_MS,
    signal,
  );
  if (exitCode === 0) return parseBird(stdout);
  const text = (stderr.trim() || stdout.trim() || message).split('\n').at(-1);
  return { problem: `birdcl fails${exitCode === undefined ? '' : ` with exit code ${exitCode}`}: ${text}` };
}
