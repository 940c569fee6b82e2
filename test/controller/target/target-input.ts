import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { readSpec, type UpgradeSpec } from '../../../controller/api/spec.ts';
import type { ShippedRbac, Target, TargetInput } from '../../../controller/target/model.ts';
import { containerNamed, podSpecOf } from '../../../controller/target/pod-spec.ts';
import { targetOf } from '../../../controller/target/target.ts';
import { calicoInstall } from '../../../jobs/lib/calico/calico-install.ts';
import { type Fields, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import { isKubeObject, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { HostedInstall } from '../hosted/install.ts';

const MANIFESTS = join(import.meta.dirname, '../../../manifests');

const documents = (name: string): readonly KubeObject[] =>
  loadAll(readFileSync(join(MANIFESTS, name), 'utf8')).filter(isKubeObject);

export const SHIPPED_RBAC: ShippedRbac = {
  etcd: documents('rbac-etcd.yaml'),
  kdd: documents('rbac-kdd.yaml'),
  canal: documents('rbac-canal.yaml'),
  whileUpgrading: documents('rbac-while-upgrading.yaml'),
};

/** The spec of a target with these further fields. Throws where it is not valid. */
export function specOf(target: string, fields: object = {}): UpgradeSpec {
  const read = readSpec({ targetVersion: target, ...fields });
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.spec;
}

interface Way {
  readonly from: string;
  readonly to: string;
  /** Fields of the spec. */
  readonly spec?: object;
  /** The objects of spec.manifests. */
  readonly manifests?: readonly KubeObject[];
}

/** What a hosted install is to become. */
export function inputOf(
  { daemonSet, configMap, controllers }: HostedInstall,
  { from, to, spec = {}, manifests = [] }: Way,
): TargetInput {
  return {
    install: calicoInstall({ daemonSet, configMaps: [configMap] }),
    ...{ daemonSet, configMap, controllers, from },
    spec: specOf(to, spec),
    target: to,
    manifests: manifests.map(object => ({
      object,
      source: `ConfigMap m, ${object.kind} ${object.metadata.name}`,
    })),
    rbac: SHIPPED_RBAC,
  };
}

/** Throws where there is none. */
export function targetFor(install: HostedInstall, way: Way): Target {
  const result = targetOf(inputOf(install, way));
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.target;
}

export function problemsFor(install: HostedInstall, way: Way): readonly string[] {
  const result = targetOf(inputOf(install, way));
  return 'problems' in result ? result.problems : [];
}

/** `Kind name` of each object. */
export const named = (all: readonly { readonly object: KubeObject }[]): readonly string[] =>
  all.map(({ object }) => `${object.kind} ${object.metadata.name}`);

/** A container of an object's pods. Throws where there is none. */
export function containerOf(object: KubeObject, name: string): Fields {
  const container = containerNamed(podSpecOf(object), name);
  if (!container) throw new Error(`no container ${name}`);
  return container;
}

export const imagesByContainer = (object: KubeObject): Readonly<Record<string, unknown>> =>
  Object.fromEntries(recordsOf(podSpecOf(object)?.containers).map(({ name, image }) => [name, image]));

/** A variable of a container; undefined where it is not set. */
export const variable = (container: Fields, name: string): Fields | undefined =>
  recordsOf(container.env).find(one => one.name === name);
