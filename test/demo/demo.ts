import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { objectKey } from '../../jobs/lib/kubernetes/object.ts';
import { resourceName } from '../../jobs/lib/kubernetes/resource.ts';
import { ensureBinaries } from '../cluster/binaries.ts';
import { onExit } from '../cluster/exit.ts';
import { whyNoNodes } from '../cluster/nodes/why-no-nodes.ts';
import { startControlPlaneStage } from './control-plane-stage.ts';
import { startNodeStage } from './node-stage.ts';
import { showPolicyConversion } from './policy-conversion.ts';
import { heading, type Shell, say, shellOf } from './screen.ts';
import type { Stage } from './stage.ts';

const TPR_RESOURCES = TPR_KINDS.map(({ tpr }) => resourceName(tpr)).join();
const CRD_RESOURCES = TPR_KINDS.map(({ crd }) => resourceName(crd)).join();
const COUNT = '-o name | cut -d/ -f1 | sort | uniq -c';

interface Demo {
  readonly stage: Stage;
  readonly client: KubeClient;
  readonly shell: Shell;
}

/** Where nodes can run, with nodes; elsewhere says why not. */
async function start(): Promise<Stage> {
  await ensureBinaries(); // where anything is missing, this says so and shows its progress
  const problem = await whyNoNodes();
  if (!problem) return startNodeStage();
  say(`${problem} So the demo is on a control plane alone, and runs the job's pod itself.`);
  return startControlPlaneStage();
}

async function showBefore({ stage, shell }: Demo): Promise<void> {
  heading('Before');
  await stage.showCalico(shell);
  await shell.run('kubectl get thirdpartyresources');
  await shell.run(`kubectl -n kube-system get ${TPR_RESOURCES} ${COUNT}`);
  await shell.run(
    'kubectl -n kube-system get ippools.projectcalico.org 10-64-0-0-16 -o jsonpath=\'{.spec}{"\\n"}\'',
  );
  await shell.run(`kubectl get node ${stage.nodeWithPeers} -o yaml | grep '^    peer.bgp'`);
  await shell.runFailing('kubectl get ippools.crd.projectcalico.org');
}

async function showAfter({ stage, shell }: Demo): Promise<void> {
  heading('After');
  await shell.run(`kubectl get ${CRD_RESOURCES} ${COUNT}`);
  await shell.run(
    'kubectl get ippools.crd.projectcalico.org -o custom-columns=' +
      'NAME:.metadata.name,CIDR:.spec.cidr,IPIP:.spec.ipip.mode,NAT:.spec.nat-outgoing,DISABLED:.spec.disabled',
  );
  await shell.run(`kubectl get node ${stage.nodeWithPeers} -o yaml | grep '^    peer.bgp'`);
  await shell.run(`kubectl -n kube-system get ${TPR_RESOURCES} -o name | wc -l`);
  await stage.showCalico(shell);
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
  await demo.stage.runJob(demo.client, demo.shell);
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

async function demonstrate(stage: Stage): Promise<void> {
  const client = connect({ kubeconfig: stage.cluster.kubeconfig });
  const demo = { stage, client, shell: shellOf(stage.cluster) };
  try {
    await showPolicyConversion(stage, client, demo.shell);
    heading('Calico 2.4 on it, as years of use leave it');
    await stage.seed(client, demo.shell);
    await showBefore(demo);
    heading('The upgrade job');
    await stage.runJob(client, demo.shell);
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
  const stage = await start();
  try {
    await demonstrate(stage);
  } finally {
    heading('Stopping everything');
    await stage.cluster.stop();
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
