import { isDeepStrictEqual } from 'node:util';
import { applyObject } from '../../jobs/lib/kubernetes/apply.ts';
import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import { update } from '../../jobs/lib/kubernetes/write.ts';
import type { Run, Work } from '../upgrade/run.ts';
import { done, type Progress } from './progress.ts';
import { shippedRbac, targetFor } from './target-for.ts';

/** Applies what the nodes need before they are new: definitions, rights, configuration. It deletes nothing. */
export async function advanceManifests(work: Work): Promise<Progress> {
  if (work.run.isRollback) return restoreBefore(work.run);
  const { objects } = await targetFor(work);
  return done(await applyAll(work.run, objects));
}

/** Applies objects in their order; returns what came of it, such as `3 created, 1 changed, 2 unchanged`. */
export async function applyAll(run: Run, objects: readonly Wanted[]): Promise<string> {
  const { client, log, signal } = run.controller;
  const counts = { created: 0, changed: 0, unchanged: 0 };
  for (const wanted of objects) {
    const applied = await applyObject({ client, kinds: run.kinds }, wanted, signal);
    counts[applied] += 1;
    const { kind, metadata } = wanted.object;
    log.info({ stage: 'apply' }, `${kind} ${metadata.name} ${applied}`);
  }
  return `${counts.created} created, ${counts.changed} changed, ${counts.unchanged} unchanged`;
}

/** The configuration of before, and the rights that old nodes need beside those of new ones. */
async function restoreBefore(run: Run): Promise<Progress> {
  const { configMap } = run.previous;
  const rbac = await shippedRbac(run.controller.manifests);
  const isKubernetes = run.detected.install.datastore === 'kubernetes';
  const text = await applyAll(run, isKubernetes ? rbac.whileUpgrading.map(object => ({ object })) : []);
  if (!configMap) return done(`rights: ${text}`);
  const { name, namespace } = configMap.metadata;
  const data = isRecord(configMap.data) ? configMap.data : {};
  const restored = (current: KubeObject): KubeObject | undefined =>
    isDeepStrictEqual(current.data, data) ? undefined : { ...current, data };
  const isChanged = await update(run.controller.client, CONFIG_MAPS, name, restored, namespace);
  return done(`rights: ${text}; ConfigMap ${name} ${isChanged ? 'restored' : 'unchanged'}`);
}
