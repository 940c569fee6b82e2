import { setTimeout as sleep } from 'node:timers/promises';
import { isKubeObject, isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { ENDPOINT_LABEL, endpointCrd, tprDefinition } from './tpr-server-names.ts';
import type { WantedSince } from './tpr-server-plan.ts';
import {
  type Change,
  dueChanges,
  type EndpointCrd,
  type Observed,
  wantedChanges,
} from './tpr-server-plan.ts';
import { STORE_PATH } from './tpr-server-translate.ts';
import type { Upstream } from './tpr-server-upstream.ts';

const CRD_PATH = '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions';
const INTERVAL_MS = 250;

/**
 * Keeps the endpoints of instances in line with the stored TPRs, each change `delayMs` after its cause, until the
 * signal is aborted. It remembers nothing but the waiting times, so a restarted server goes on from what is stored.
 */
export async function reconcileEndpoints(
  upstream: Upstream,
  delayMs: number,
  signal: AbortSignal,
): Promise<void> {
  let since: WantedSince = new Map();
  let lastProblem = '';
  while (!signal.aborted) {
    try {
      const step = dueChanges(
        wantedChanges(await observe(upstream, signal)),
        since,
        performance.now(),
        delayMs,
      );
      since = step.since;
      await Promise.all(step.due.map(change => act(upstream, change, signal)));
      lastProblem = '';
    } catch (error) {
      // The API server may be restarting: try again, but let the developer see a problem that stays.
      const problem = String(error);
      if (!signal.aborted && problem !== lastProblem) process.emitWarning(`TPR server: ${problem}`);
      lastProblem = problem;
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function observe(upstream: Upstream, signal: AbortSignal): Promise<Observed> {
  const [tprs, crds] = await Promise.all([
    listObjects(upstream, STORE_PATH, signal),
    listObjects(upstream, CRD_PATH, signal),
  ]);
  return { tprs: tprs.map(definitionOf).filter(found => found !== undefined), crds: crds.map(endpointOf) };
}

async function listObjects(
  upstream: Upstream,
  path: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const { status, body } = await upstream.call({ method: 'GET', path, signal });
  if (status !== 200 || !isRecord(body) || !Array.isArray(body.items)) {
    throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
  }
  return body.items.filter(isKubeObject);
}

function definitionOf({ metadata, versions }: KubeObject) {
  const first: unknown = Array.isArray(versions) ? versions[0] : undefined;
  return isRecord(first) && typeof first.name === 'string'
    ? tprDefinition(metadata.name, first.name)
    : undefined;
}

function endpointOf({ metadata, spec }: KubeObject): EndpointCrd {
  return {
    name: metadata.name,
    group: isRecord(spec) ? String(spec.group) : '',
    removable: metadata.labels?.[ENDPOINT_LABEL] === 'true' && metadata.deletionTimestamp === undefined,
  };
}

async function act(upstream: Upstream, change: Change, signal: AbortSignal): Promise<void> {
  if (change.kind === 'create') {
    const body = endpointCrd(change.definition);
    return expectStatus([201, 409], await upstream.call({ method: 'POST', path: CRD_PATH, body, signal }));
  }
  // Deleting a CRD deletes its instances first, in all namespaces, with DELETE events for watchers.
  for (const name of change.crds) {
    const path = `${CRD_PATH}/${name}`;
    expectStatus([200, 404], await upstream.call({ method: 'DELETE', path, signal }));
  }
}

function expectStatus(
  expected: readonly number[],
  answer: { readonly status: number; readonly body: unknown },
): void {
  if (!expected.includes(answer.status)) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}
