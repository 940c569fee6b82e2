import { join } from 'node:path';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { defineTprs, seedNodes, seedObjects } from '../cluster/seed.ts';
import { podOf, runPod } from './kubelet.ts';
import { readJob } from './manifest.ts';
import { OLD_NODES, OLD_OBJECTS } from './old-cluster.ts';
import { heading, ROOT, say } from './screen.ts';
import { DEFINING, inPhases, MANIFEST, type Stage } from './stage.ts';

/** A control plane without nodes: the demo does for the job's pod what a node would do. */
export async function startControlPlaneStage(): Promise<Stage> {
  const cluster = await start();
  return {
    cluster,
    nodeWithPeers: 'node-3',
    async seed(client, shell) {
      await inPhases(async progress => {
        progress.phase(DEFINING);
        await defineTprs(client);
        progress.phase(`writing ${OLD_OBJECTS.length} objects and ${OLD_NODES.length} Nodes`);
        await seedObjects(client, OLD_OBJECTS);
        await seedNodes(client, OLD_NODES);
      });
      await shell.run('kubectl apply -f test/demo/calico-node-2.4.yaml');
    },
    showCalico: async () => undefined,
    async runJob(client, shell, manifest = MANIFEST) {
      const job = await readJob(join(ROOT, manifest));
      await shell.run(`kubectl apply -f ${manifest}`);
      const pod = await podOf(client, job);
      say(
        '\nNo node is here to run the pod. The demo does, as the manifest says: its arguments, environment',
      );
      say('and volumes, and the permissions of its service account.');
      say(`\n$ kubectl logs -f ${pod.metadata.name}`);
      const exitCode = await runPod(cluster, client, job, pod, text => process.stdout.write(text));
      if (exitCode !== 0) throw new Error(`The job ended with exit code ${exitCode}; its log is above.`);
      await shell.run(`kubectl wait --for=condition=complete --timeout=20s job/${job.metadata.name}`);
    },
  };
}

function start(): Promise<Cluster> {
  heading('Starting a Kubernetes control plane on this machine');
  return inPhases(async progress => {
    progress.phase('starting etcd, API server and controller manager (takes some seconds)');
    const cluster = await startCluster({ name: 'demo', tpr: true });
    progress.phase(`the API server is up: ${cluster.server}`);
    return cluster;
  });
}
