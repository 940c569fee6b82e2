import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { isAtLeast } from '../../jobs/lib/calico/calico-version.ts';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import { readStatus, type UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { NODES, PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { type HostedCalico, installHostedCalico } from '../kubelets/hosted-calico.ts';
import {
  KUBELETS_CLUSTER,
  type Kubelets,
  type KubeletsOptions,
  startKubelets,
} from '../kubelets/kubelets.ts';
import { type ControllerOptions, type ControllerProcess, startController } from './controller-process.ts';
import { createHosted } from './hosted/create.ts';
import type { HostedInstall } from './hosted/install.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** A cluster with simulated nodes, a hosted install of Calico, and what `manifests/controller.yaml` defines. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly kubelets: Kubelets;
  /** The service account of the controller. */
  readonly kubeconfig: string;
  startController(options?: Partial<ControllerOptions>): ControllerProcess;
  /** Creates a CalicoUpgrade, or changes its spec. */
  apply(name: string, spec: object): Promise<void>;
  status(name: string): Promise<UpgradeStatus | undefined>;
  /** Waits until a status is as wanted. */
  until(
    name: string,
    what: string,
    holds: (status: UpgradeStatus) => boolean,
    ms?: number,
  ): Promise<UpgradeStatus>;
  nodes(): Promise<readonly KubeObject[]>;
  /** Images of calico-node by node, of pods that are not being deleted. */
  nodeImages(): Promise<ReadonlyMap<string, string>>;
}

export interface WorldOptions extends KubeletsOptions {
  readonly calico: HostedCalico;
  /** How long Calico may take to run on every node. */
  readonly startMs?: number;
  /** What is installed in the place of calico-node alone, of that release and datastore. */
  readonly install?: HostedInstall;
}

/** Starts it, and waits until Calico runs on every node. */
export async function startWorld(given: WorldOptions): Promise<World> {
  const { calico, install, startMs = 60_000, ...options } = given;
  const cluster = await startCluster({ ...KUBELETS_CLUSTER, tpr: { delayMs: 100 } });
  const client = connect({ kubeconfig: cluster.kubeconfig });
  const kubelets = await startKubelets(cluster, options);
  await applyManifests(cluster, ['controller.yaml', 'controller-jobs.yaml']);
  if (calico.datastore !== 'etcd' && isAtLeast(calico.release, '2.5.0')) await defineCrds(cluster);
  await (install ? createHosted(client, install) : installHostedCalico(client, calico));
  const token = await cluster.serviceAccountToken('calico-upgrade', 'calico-upgrade-controller');
  const kubeconfig = await cluster.kubeconfigFor({ token });
  const world = worldOf(cluster, client, kubelets, kubeconfig);
  const isOnAll = async (): Promise<boolean> => {
    const ready = (await calicoPods(client)).filter(isReady);
    return ready.length === (await world.nodes()).length;
  };
  await waitFor('Calico on every node', isOnAll, startMs);
  kubelets.forgetHistory();
  return world;
}

/** Applies all but the Deployment: its controller is started here, and the form of 1.7 is gone in 1.20. */
export async function applyManifests(cluster: Cluster, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const documents = loadAll(await readFile(join(MANIFESTS, file), 'utf8'));
    const rest = documents.filter(document => isRecord(document) && document.kind !== 'Deployment');
    const { exitCode: code, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
      input: rest.map(document => dump(document)).join('---\n'),
    });
    if (code !== 0) throw new Error(`kubectl apply of ${file}: ${stderr}`);
  }
}

/** The kinds that the manifests of 2.5 and later have. */
export async function defineCrds(cluster: Cluster): Promise<void> {
  const crds = TPR_KINDS.map(({ crd: { group, version, plural, kind, singular } }) => ({
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, version, scope: 'Cluster', names: { kind, plural, singular } },
  }));
  const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
    input: crds.map(crd => dump(crd)).join('---\n'),
  });
  if (exitCode !== 0) throw new Error(`kubectl apply of CRDs: ${stderr}`);
}

function worldOf(cluster: Cluster, client: KubeClient, kubelets: Kubelets, kubeconfig: string): World {
  const status = async (name: string): Promise<UpgradeStatus | undefined> =>
    readStatus((await get(client, CALICO_UPGRADES, name))?.status);
  const world: World = {
    ...{ cluster, client, kubelets, kubeconfig, status },
    startController: given => startController({ kubeconfig, ...given }),
    async apply(name, spec) {
      const object = {
        apiVersion: 'upgrade.projectcalico.org/v1alpha1',
        kind: 'CalicoUpgrade',
        metadata: { name },
        spec,
      };
      const { exitCode: code, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
        input: JSON.stringify(object),
      });
      if (code !== 0) throw new Error(stderr);
    },
    async until(name, what, holds, ms = 120_000) {
      let last: UpgradeStatus | undefined;
      await waitFor(
        `${what} of ${name}`,
        async () => {
          last = await status(name);
          return last !== undefined && holds(last);
        },
        ms,
        () => JSON.stringify(last, null, 1),
      );
      if (!last) throw new Error(`no status of ${name}`);
      return last;
    },
    nodes: async () => (await list(client, NODES)) ?? [],
    async nodeImages() {
      const pods = await calicoPods(client);
      return new Map(pods.map(pod => [nodeOf(pod), imageOf(pod)]));
    },
    async [Symbol.asyncDispose]() {
      await kubelets.stop();
      await client.close();
      await cluster.stop();
    },
  };
  return world;
}

async function calicoPods(client: KubeClient): Promise<readonly KubeObject[]> {
  const pods = await list(client, PODS, {
    namespace: 'kube-system',
    labelSelector: 'k8s-app in (calico-node, canal)',
  });
  return (pods ?? []).filter(({ metadata }) => !metadata.deletionTimestamp);
}

const nodeOf = ({ spec }: KubeObject): string => (isRecord(spec) ? String(spec.nodeName) : '');

function imageOf({ spec }: KubeObject): string {
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers.filter(isRecord) : [];
  return String(containers.find(({ name }) => name === 'calico-node')?.image);
}

function isReady({ status }: KubeObject): boolean {
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.filter(isRecord).some(one => one.type === 'Ready' && one.status === 'True');
}

/** Waits until something holds; throws after some time, with what is known. */
export async function waitFor(
  what: string,
  holds: () => Promise<boolean>,
  ms = 60_000,
  known: () => string = () => '',
): Promise<void> {
  const deadline = monotonicMs() + ms;
  while (!(await holds())) {
    if (monotonicMs() > deadline) throw new Error(`waited ${ms} ms for ${what}\n${known()}`);
    await sleep(100);
  }
}
