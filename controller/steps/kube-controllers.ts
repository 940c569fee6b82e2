import { isDeepStrictEqual } from 'node:util';
import { applyObject } from '../../jobs/lib/kubernetes/apply.ts';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject, objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { create, get, mergePatch, update } from '../../jobs/lib/kubernetes/write.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import type { ObjectName } from '../target/model.ts';
import type { Run, Work } from '../upgrade/run.ts';
import { patient } from './patient.ts';
import { done, type Progress, running } from './progress.ts';
import { targetFor } from './target-for.ts';

/** How long a pod may take to end, or the new one to be Ready, its image pulled. */
const PATIENCE_MINUTES = 10;

/**
 * One controller, and never two at work (components reference, section 3): the old one is scaled to 0, its pods end, and then the new one
 * is applied. Returns `running` until it is Ready.
 */
export async function advanceKubeControllers(work: Work): Promise<Progress> {
  const { run } = work;
  const progress = run.isRollback ? await restoreControllers(run) : await replaceControllers(work);
  return patient(run, progress, PATIENCE_MINUTES);
}

async function replaceControllers(work: Work): Promise<Progress> {
  const { run } = work;
  const { client, log, signal } = run.controller;
  const { kubeControllers, retired } = await targetFor(work);
  if (!kubeControllers) return done('there is none to change');
  const old = await retire(run, retired);
  if (old) return running(old);
  const applied = await applyObject({ client, kinds: run.kinds }, kubeControllers, signal, oneInstance);
  const { name } = kubeControllers.object.metadata;
  if (applied !== 'unchanged') log.info({ stage: 'apply' }, `Deployment ${name} ${applied}`);
  const waits = await notReady(run, name);
  return waits === undefined ? done(`Deployment ${name} runs once`) : running(waits);
}

/** Whatever a manifest says: two at once would write the same data. */
function oneInstance(object: KubeObject): KubeObject {
  const spec = isRecord(object.spec) ? object.spec : {};
  return { ...object, spec: { ...spec, replicas: 1, strategy: { type: 'Recreate' } } };
}

/** Scales old controllers to 0. Returns what is waited for, until none of their pods is left. */
async function retire(run: Run, retired: readonly ObjectName[]): Promise<string | undefined> {
  const { client } = run.controller;
  for (const { apiVersion, kind, name, namespace } of retired) {
    const resource = await run.kinds.resourceOf(apiVersion, kind);
    if (!resource) continue;
    const found = await get(client, resource, name, namespace);
    if (!found) continue;
    await mergePatch(
      client,
      resource,
      name,
      ({ spec }) => (isRecord(spec) && spec.replicas === 0 ? undefined : { spec: { replicas: 0 } }),
      namespace,
    );
    const [pod] = await podsOf(run, found);
    if (pod) return `waits for Pod ${objectKey(pod)} of the old ${kind} ${name} to end`;
  }
  return undefined;
}

/** The pods that a Deployment or ReplicaSet selects. */
async function podsOf(run: Run, { metadata, spec }: KubeObject): Promise<readonly KubeObject[]> {
  const selector = isRecord(spec) && isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  if (labels.length === 0)
    throw refused(`${metadata.name} has no spec.selector.matchLabels, by which its pods are found`);
  const pods = await list(run.controller.client, PODS, {
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    labelSelector: labels.map(([label, value]) => `${label}=${String(value)}`).join(','),
  });
  return pods ?? [];
}

/** What a Deployment of one instance still waits for; undefined when it runs once, and is Ready. */
export async function notReady(
  run: Run,
  name: string,
  namespace = 'kube-system',
): Promise<string | undefined> {
  const live = await get(run.controller.client, run.deployments, name, namespace);
  if (!live)
    throw refused(`Deployment ${namespace}/${name} was deleted in the meantime. Restore it, then resume`);
  const status = isRecord(live.status) ? live.status : {};
  const { generation } = live.metadata;
  const isSeen = typeof generation !== 'number' || Number(status.observedGeneration ?? 0) >= generation;
  if (!isSeen || status.updatedReplicas !== 1 || status.readyReplicas !== 1) {
    return `waits for Deployment ${namespace}/${name} to be Ready`;
  }
  const pods = await podsOf(run, live);
  return pods.length === 1
    ? undefined
    : `waits for one pod of Deployment ${namespace}/${name}: there are ${pods.length}`;
}

/** Puts the controllers of before back: what is not of before is scaled to 0 first. */
async function restoreControllers(run: Run): Promise<Progress> {
  const before = run.previous.controllers.filter(({ kind }) => kind === 'Deployment');
  const names = new Set(before.map(({ metadata }) => metadata.name));
  const added = ['calico-kube-controllers', 'calico-policy-controller'].filter(name => !names.has(name));
  const apiVersion = `${run.deployments.group}/${run.deployments.version}`;
  const old = await retire(
    run,
    added.map(name => ({ apiVersion, kind: 'Deployment', name, namespace: 'kube-system' })),
  );
  if (old) return running(old);
  for (const deployment of before) await restoreDeployment(run, deployment);
  for (const { metadata, spec } of before) {
    if (isRecord(spec) && spec.replicas === 0) continue;
    const waits = await notReady(run, metadata.name, metadata.namespace);
    if (waits !== undefined) return running(waits);
  }
  return done(`restored: ${[...names].map(name => `Deployment ${name}`).join(', ')}`);
}

async function restoreDeployment(run: Run, deployment: KubeObject): Promise<void> {
  const { client } = run.controller;
  const { name, namespace } = deployment.metadata;
  const found = await get(client, run.deployments, name, namespace);
  if (!found) {
    await create(client, run.deployments, withoutServerFields(deployment), namespace);
    return;
  }
  const isSame = (current: KubeObject): boolean => isDeepStrictEqual(current.spec, deployment.spec);
  await update(
    client,
    run.deployments,
    name,
    current => (isSame(current) ? undefined : { ...current, spec: deployment.spec }),
    namespace,
  );
}

/** An object that can be created anew. */
function withoutServerFields({ metadata, apiVersion, kind, spec }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = metadata;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec,
  };
}
