import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { ensureCrd } from '../../jobs/lib/kubernetes/crd.ts';
import { firstServed } from '../../jobs/lib/kubernetes/discovery.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { defineTprs, seedObjects } from '../cluster/seed.ts';
import { startFaultProxy } from '../faults/proxy.ts';
import { imageNodeFlags } from './image-node.ts';
import { type Measured, runMeasured } from './measured-process.ts';
import { benchTprs, copiesOf } from './objects.ts';

/** A cluster whose ThirdPartyResources have `count` objects. */
export interface SeededCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly admin: KubeClient;
  readonly count: number;
}

export async function startSeeded(name: string, count: number): Promise<SeededCluster> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster({ name, tpr: { delayMs: 100 } }));
  const admin = connect({ kubeconfig: cluster.kubeconfig });
  stack.defer(() => admin.close());
  await defineTprs(admin);
  await seedObjects(admin, benchTprs(count));
  const owned = stack.move();
  return { cluster, admin, count, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Runs `tpr-to-crd` as the image does; `main` is the bundle. Fails unless every object was created. */
export async function runCopy(main: string, seeded: SeededCluster, kubeconfig: string): Promise<Measured> {
  const env = { NODE_ENV: 'production', KUBECONFIG: kubeconfig };
  const measured = await runMeasured(process.execPath, [...imageNodeFlags(), main, 'tpr-to-crd'], env);
  if (measured.exitCode !== 0 || !measured.stdout.includes(`${seeded.count} created,`)) {
    throw new Error(`tpr-to-crd did not copy everything:\n${measured.stdout}\n${measured.stderr}`);
  }
  return measured;
}

/** The number of requests of one copy, counted by a proxy: this run's time means nothing. */
export async function countRequests(main: string, seeded: SeededCluster): Promise<number> {
  const { cluster } = seeded;
  const binding = ['--clusterrole=cluster-admin', '--serviceaccount=default:default'];
  await mustKubectl(cluster, ['create', 'clusterrolebinding', 'bench', ...binding]);
  const token = await cluster.serviceAccountToken('default', 'default');
  const { server: url, ca, localhost: certificate } = cluster;
  await using proxy = await startFaultProxy({ upstream: { url, ca }, certificate });
  await runCopy(main, seeded, await cluster.kubeconfigFor({ token }, { server: proxy.url }));
  return proxy.requests.length;
}

/** Takes the cluster back to before the copy. */
export async function removeCopies({ cluster }: SeededCluster): Promise<void> {
  const crds = TPR_KINDS.map(({ crd }) => `${crd.plural}.${crd.group}`);
  await mustKubectl(cluster, ['delete', 'crd', '--ignore-not-found', ...crds]);
  await mustKubectl(cluster, ['delete', 'configmap', '-l', 'app.kubernetes.io/managed-by=calico-upgrade']);
}

/** The same objects by `kubectl apply -f`, with the CRDs defined beforehand. */
export async function kubectlApply(seeded: SeededCluster, kubeconfig: string): Promise<Measured> {
  const { cluster, admin, count } = seeded;
  const crds = await firstServed(admin, CUSTOM_RESOURCE_DEFINITIONS);
  if (!crds) throw new Error('the cluster has no CustomResourceDefinitions');
  const signal = AbortSignal.timeout(60_000);
  for (const { crd } of TPR_KINDS) await ensureCrd(admin, crds, crd, signal);
  const file = join(cluster.directory, 'objects.json');
  const items = copiesOf(benchTprs(count));
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const env = { KUBECONFIG: kubeconfig, HOME: cluster.directory };
  const measured = await runMeasured(cluster.kubectlPath, ['apply', '-f', file], env);
  const created = measured.stdout.match(/ created$/gm)?.length ?? 0;
  if (measured.exitCode !== 0 || created !== count) throw new Error(`kubectl apply: ${measured.stderr}`);
  return measured;
}

async function mustKubectl(cluster: Cluster, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await cluster.kubectl(args);
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
}
