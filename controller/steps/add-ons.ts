import { CUSTOM_RESOURCE_DEFINITIONS, THIRD_PARTY_RESOURCES } from '../../jobs/lib/kubernetes/builtin.ts';
import { firstServed } from '../../jobs/lib/kubernetes/discovery.ts';
import { recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import type { AddOn } from '../api/spec.ts';
import { hasCondition } from '../rollout/node-facts.ts';
import type { Run, Work } from '../upgrade/run.ts';
import { applyAll } from './manifests.ts';
import { patient } from './patient.ts';
import { done, type Progress, running } from './progress.ts';
import { addOnObjects } from './target-for.ts';

/** How long one part of an add-on may take until it is there. */
const PATIENCE_MINUTES = 15;

/** Applies the add-ons in their order; the next one only when all that is waited for after one is there. */
export async function advanceAddOns(work: Work): Promise<Progress> {
  const { run, spec } = work;
  const { made } = run;
  for (const [index, addOn] of spec.addOns.entries()) {
    const objects = await addOnObjects(work, addOn);
    if (index >= (made.addOns ?? 0)) {
      await applyAll(run, objects);
      made.addOns = index + 1;
    }
    const targets = waitTargets(
      addOn,
      objects.map(({ object }) => object),
    );
    const waits = await firstWait(run, targets);
    if (waits === undefined) continue;
    const message = `add-on ${index + 1} of ${spec.addOns.length} (ConfigMap ${addOn.configMap}): waits for ${waits}`;
    return patient(run, running(message, 2_000), PATIENCE_MINUTES);
  }
  return done(`${spec.addOns.length} applied`);
}

interface Waited {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** What the spec names, and whatever can be waited for in the manifest itself. */
function waitTargets({ waitFor }: AddOn, objects: readonly KubeObject[]): readonly Waited[] {
  const own = objects.map(({ kind, metadata: { name, namespace } }) => ({
    kind: String(kind),
    name,
    namespace,
  }));
  return [...own, ...waitFor];
}

/** The first that is not there yet, in words. */
async function firstWait(run: Run, targets: readonly Waited[]): Promise<string | undefined> {
  for (const target of targets) {
    const isThere = await isServedOrRolledOut(run, target);
    if (!isThere) return `${target.kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name}`;
  }
  return undefined;
}

async function isServedOrRolledOut(
  run: Run,
  { kind, name, namespace = 'default' }: Waited,
): Promise<boolean> {
  const { client } = run.controller;
  const read = async (resource: Resource | undefined, within?: string): Promise<KubeObject | undefined> =>
    resource && (await get(client, resource, name, within));
  switch (kind) {
    case 'CustomResourceDefinition': {
      const crd = await read(await firstServed(client, CUSTOM_RESOURCE_DEFINITIONS));
      return crd !== undefined && hasCondition(crd.status, 'Established');
    }
    case 'ThirdPartyResource':
      return isTprServed(run, await read(await firstServed(client, [THIRD_PARTY_RESOURCES])));
    case 'Deployment':
      return isDeploymentOut(await read(run.deployments, namespace));
    case 'DaemonSet':
      return isDaemonSetOut(await read(run.daemonSets, namespace));
    default:
      return true;
  }
}

/** The API server serves the kind of a ThirdPartyResource some seconds after it is there: `ip-pool.example.com` is IpPool of example.com. */
async function isTprServed({ kinds }: Run, tpr: KubeObject | undefined): Promise<boolean> {
  if (!tpr) return false;
  const [first = '', ...group] = tpr.metadata.name.split('.');
  const kind = first.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  const [version] = recordsOf(tpr.versions);
  return (await kinds.resourceOf(`${group.join('.')}/${String(version?.name)}`, kind)) !== undefined;
}

interface Rolled {
  readonly status: Readonly<Record<string, unknown>>;
  readonly replicas: number;
}

/** The status of an object, once its controller has seen its present spec. */
function rolled(object: KubeObject | undefined): Rolled | undefined {
  if (!object || !isRecord(object.status)) return undefined;
  const { generation } = object.metadata;
  const isSeen =
    typeof generation !== 'number' || Number(object.status.observedGeneration ?? 0) >= generation;
  const replicas =
    isRecord(object.spec) && typeof object.spec.replicas === 'number' ? object.spec.replicas : 1;
  return isSeen ? { status: object.status, replicas } : undefined;
}

function isDeploymentOut(object: KubeObject | undefined): boolean {
  const seen = rolled(object);
  return (
    seen !== undefined &&
    Number(seen.status.updatedReplicas ?? 0) >= seen.replicas &&
    Number(seen.status.availableReplicas ?? 0) >= seen.replicas
  );
}

function isDaemonSetOut(object: KubeObject | undefined): boolean {
  const seen = rolled(object);
  if (!seen) return false;
  const { desiredNumberScheduled, updatedNumberScheduled, numberReady } = seen.status;
  const wanted = Number(desiredNumberScheduled ?? 0);
  return Number(updatedNumberScheduled ?? 0) >= wanted && Number(numberReady ?? 0) >= wanted;
}
