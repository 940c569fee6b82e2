import { join } from 'node:path';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { resourceName } from '../../jobs/lib/kubernetes/resource.ts';
import { ensureBinaries } from '../cluster/binaries.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { onExit } from '../cluster/exit.ts';
import { startProgress } from '../cluster/progress.ts';
import { defineTprs, seedNodes, seedObjects } from '../cluster/seed.ts';
import { podOf, runPod } from './kubelet.ts';
import { readJob } from './manifest.ts';
import { OLD_NODES, OLD_OBJECTS } from './old-cluster.ts';
import { heading, ROOT, type Shell, say, shellOf } from './screen.ts';

const MANIFEST = 'manifests/upgrade-job.yaml';

const TPR_RESOURCES = TPR_KINDS.map(({ tpr }) => resourceName(tpr)).join();
const CRD_RESOURCES = TPR_KINDS.map(({ crd }) => resourceName(crd)).join();
const COUNT = '-o name | cut -d/ -f1 | sort | uniq -c';

interface Demo {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly shell: Shell;
}

async function start(): Promise<Cluster> {
  heading('Starting a Kubernetes control plane on this machine');
  await ensureBinaries(); // where anything is missing, this says so and shows its progress
  const progress = startProgress(line => void say(line));
  try {
    progress.phase('starting etcd, API server and controller manager (takes some seconds)');
    const cluster = await startCluster({ name: 'demo', tpr: true });
    progress.phase(`the API server is up: ${cluster.server}`);
    return cluster;
  } finally {
    progress.done();
  }
}

async function seed({ client, shell }: Demo): Promise<void> {
  heading('Calico 2.4 on it, as years of use leave it');
  const progress = startProgress(line => void say(line));
  try {
    progress.phase(
      'defining the ThirdPartyResources as calico-node 2.4 does, and waiting until they are served',
    );
    await defineTprs(client);
    progress.phase(`writing ${OLD_OBJECTS.length} objects and ${OLD_NODES.length} Nodes`);
    await seedObjects(client, OLD_OBJECTS);
    await seedNodes(client, OLD_NODES);
  } finally {
    progress.done();
  }
  await shell.run('kubectl apply -f test/demo/calico-node-2.4.yaml');
}

async function showBefore({ shell }: Demo): Promise<void> {
  heading('Before');
  await shell.run('kubectl get thirdpartyresources');
  await shell.run(`kubectl -n kube-system get ${TPR_RESOURCES} ${COUNT}`);
  await shell.run(
    'kubectl -n kube-system get ippools.projectcalico.org 10-64-0-0-16 -o jsonpath=\'{.spec}{"\\n"}\'',
  );
  await shell.run("kubectl get node node-3 -o yaml | grep '^    peer.bgp'");
  await shell.runFailing('kubectl get ippools.crd.projectcalico.org');
}

async function migrate({ cluster, client, shell }: Demo): Promise<void> {
  const job = await readJob(join(ROOT, MANIFEST));
  await shell.run(`kubectl apply -f ${MANIFEST}`);
  const pod = await podOf(client, job);
  say(
    '\nNo node is here to run the pod. The demo does, as the manifest says: its arguments, environment and volumes,',
  );
  say('and the permissions of its service account.');
  say(`\n$ kubectl logs -f ${pod.metadata.name}`);
  const exitCode = await runPod(cluster, client, job, pod, text => process.stdout.write(text));
  if (exitCode !== 0) throw new Error(`The job ended with exit code ${exitCode}; its log is above.`);
  await shell.run(`kubectl wait --for=condition=complete --timeout=20s job/${job.metadata.name}`);
}

async function showAfter({ shell }: Demo): Promise<void> {
  heading('After');
  await shell.run(`kubectl get ${CRD_RESOURCES} ${COUNT}`);
  await shell.run(
    'kubectl get ippools.crd.projectcalico.org -o custom-columns=' +
      'NAME:.metadata.name,CIDR:.spec.cidr,IPIP:.spec.ipip.mode,NAT:.spec.nat-outgoing,DISABLED:.spec.disabled',
  );
  await shell.run("kubectl get node node-3 -o yaml | grep '^    peer.bgp'");
  await shell.run(`kubectl -n kube-system get ${TPR_RESOURCES} -o name | wc -l`);
}

async function showTraces({ shell }: Demo): Promise<void> {
  heading('What the job leaves behind');
  await shell.run("kubectl describe job/calico-upgrade-v2.5 | sed -n '/^Pods Statuses/p;/^Events/,$p'");
  await shell.run('kubectl get configmaps -l app.kubernetes.io/managed-by=calico-upgrade');
  await shell.run(
    "kubectl get configmap calico-upgrade-report-tpr-to-crd -o jsonpath='{.data.report\\.yaml}' | sed -n 1,27p",
  );
}

/** Name and resourceVersion of everything that the job could write. */
async function versions(client: KubeClient): Promise<ReadonlyMap<string, string | undefined>> {
  const kinds = TPR_KINDS.flatMap(({ tpr, crd }) => [tpr, crd]);
  const lists = await Promise.all(
    kinds.map(async kind => ((await list(client, kind)) ?? []).map(object => ({ kind, object }))),
  );
  return new Map(
    lists
      .flat()
      .map(({ kind, object }) => [
        `${resourceName(kind)} ${objectKey(object)}`,
        object.metadata.resourceVersion,
      ]),
  );
}

async function runAgain(demo: Demo): Promise<void> {
  heading('The same again: nothing is left to do');
  const before = await versions(demo.client);
  await demo.shell.run('kubectl delete job calico-upgrade-v2.5');
  await migrate(demo);
  const after = await versions(demo.client);
  const changed = [...after].filter(([name, version]) => before.get(name) !== version);
  if (changed.length > 0 || after.size !== before.size)
    throw new Error(
      `The second run changed ${changed.map(([name]) => name).join(', ') || 'the number of objects'}.`,
    );
  say(
    `\n${after.size} objects, old and new, compared with those before: every resourceVersion is as it was.`,
  );
}

async function demonstrate(cluster: Cluster): Promise<void> {
  const client = connect({ kubeconfig: cluster.kubeconfig });
  const demo = { cluster, client, shell: shellOf(cluster) };
  try {
    await seed(demo);
    await showBefore(demo);
    heading('The upgrade job');
    await migrate(demo);
    await showAfter(demo);
    await showTraces(demo);
    await runAgain(demo);
  } finally {
    await client.close();
  }
}

async function main(): Promise<void> {
  const started = performance.now();
  // Registered before all others, so that it runs after them.
  const takeBack = onExit(() => say('\nInterrupted: everything is stopped and removed.'));
  const cluster = await start();
  try {
    await demonstrate(cluster);
  } finally {
    heading('Stopping everything');
    await cluster.stop();
    say('All processes have ended, and their directory is removed.');
    takeBack();
  }
  say(`\nThe demo took ${Math.round((performance.now() - started) / 1000)} s.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
