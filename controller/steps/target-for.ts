import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import { isKubeObject, isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import type { AddOn, ManifestSource } from '../api/spec.ts';
import { readManifest } from '../jobs/read-manifest.ts';
import { rewriteImages } from '../target/images.ts';
import { type ManifestText, readManifests } from '../target/manifests.ts';
import type { ManifestObject, ShippedRbac, Target } from '../target/model.ts';
import { targetOf } from '../target/target.ts';
import type { Controller } from '../upgrade/controller.ts';
import type { Work } from '../upgrade/run.ts';

/**
 * What the cluster shall have, made once for a run of what was there before the upgrade: so it is the same in the middle of it. Throws a
 * refusal with every problem of manifests and spec.
 */
export async function targetFor({ run, spec }: Work): Promise<Target> {
  const { made, previous, detected, controller, plannedFor } = run;
  if (made.target?.of === plannedFor) return made.target.target;
  const result = targetOf({
    install: detected.install,
    daemonSet: previous.daemonSet,
    controllers: previous.controllers,
    configMap: previous.configMap,
    spec,
    from: previous.from,
    target: spec.targetVersion,
    manifests: await readSources(controller, spec.manifests),
    rbac: await shippedRbac(controller.manifests),
  });
  if ('problems' in result) throw refused(result.problems.join('. '));
  made.target = { of: plannedFor, target: result.target };
  return result.target;
}

/** The objects of an add-on, from the registry of the spec. */
export async function addOnObjects({ run, spec }: Work, addOn: AddOn): Promise<readonly Wanted[]> {
  const objects = await readSources(run.controller, [addOn]);
  return objects.map(({ object, source }) => ({ object: rewriteImages(object, spec), source }));
}

async function readSources(
  controller: Controller,
  sources: readonly ManifestSource[],
): Promise<readonly ManifestObject[]> {
  const texts = await Promise.all(sources.map(source => readSource(controller, source)));
  const read = readManifests(texts.flat());
  if ('problems' in read) throw refused(read.problems.join('. '));
  return read.objects;
}

async function readSource(
  { client, namespace }: Controller,
  { configMap, keys }: ManifestSource,
): Promise<readonly ManifestText[]> {
  const found = await get(client, CONFIG_MAPS, configMap, namespace);
  if (!found) {
    throw refused(
      `ConfigMap ${namespace}/${configMap} does not exist, which the spec names: kubectl -n ${namespace} create configmap ${configMap} --from-file=FILE`,
    );
  }
  const data = isRecord(found.data) ? found.data : {};
  return (keys ?? Object.keys(data).sort()).map(key => {
    const text = data[key];
    if (typeof text === 'string') return { configMap, key, text };
    throw refused(
      `ConfigMap ${namespace}/${configMap} has no key ${key}; it has ${Object.keys(data).join(', ') || 'none'}`,
    );
  });
}

/** The documents of our own RBAC manifests. */
export async function shippedRbac(directory: string): Promise<ShippedRbac> {
  const read = async (file: string): Promise<readonly KubeObject[]> =>
    (await readManifest(directory, file)).filter(isKubeObject);
  const [etcd, kdd, canal, whileUpgrading] = await Promise.all([
    read('rbac-etcd.yaml'),
    read('rbac-kdd.yaml'),
    read('rbac-canal.yaml'),
    read('rbac-while-upgrading.yaml'),
  ]);
  return { etcd, kdd, canal, whileUpgrading };
}
