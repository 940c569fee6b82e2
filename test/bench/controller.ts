import { dirname, join } from 'node:path';
import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { runOrFail } from '../cluster/command.ts';
import { startController } from '../controller/controller-process.ts';
import { startWorld, type World } from '../controller/world.ts';
import { hostedImages } from '../kubelets/hosted-calico.ts';
import { buildController } from './bundle.ts';
import { imageNodeFlags } from './image-node.ts';
import { peakOf } from './measured-process.ts';
import { type NodeTime, nodeTimes, wholeMs } from './node-times.ts';

/** Like a pod of calico-node with its images on the node: it is Ready some time after its start. */
const READY_MS = 1_500;

export interface ControllerRun {
  readonly nodes: number;
  /** From the first cordon to the last uncordon. */
  readonly ms: number;
  /** Time of a node from cordon to uncordon without that from the deletion of its pod to Ready: the mean, and the longest. */
  readonly overheadMs: number;
  readonly longestOverheadMs: number;
  readonly requestsPerNode: number;
  readonly peakMiB: number;
  readonly statusBytes: number;
}

/** Upgrades simulated nodes with the bundled controller, `maxUnavailable` at a time. */
export async function measureController(
  nodes: number,
  maxUnavailable: number | string,
): Promise<ControllerRun> {
  await using world = await worldOf(nodes);
  return await upgradeMeasured(world, nodes, maxUnavailable, 'bench', 'v2.6.12');
}

const worldOf = (nodes: number): Promise<World> =>
  startWorld({
    nodes,
    calico: { release: '2.6.2' },
    behaviour: ({ labels }) => (labels['k8s-app'] === 'calico-node' ? { readyMs: READY_MS } : {}),
    startMs: 20 * 60_000,
  });

async function upgradeMeasured(
  world: World,
  nodes: number,
  maxUnavailable: number | string,
  name: string,
  targetVersion: string,
): Promise<ControllerRun> {
  await using bundle = await buildController();
  await using controller = startController({
    kubeconfig: world.kubeconfig,
    main: bundle.main,
    nodeFlags: imageNodeFlags('Dockerfile.controller'),
  });
  let peakMiB = 0;
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(controller.child));
  }, 200);
  try {
    await controller.says('this controller is the one at work');
    const before = await requestsOf(controller.log());
    await world.apply(name, {
      targetVersion,
      backup: 'none',
      rollout: { maxUnavailable, prePullParallel: 50 },
    });
    await controller.says(`is upgraded to ${targetVersion.slice(1)}`, 60 * 60_000);
    const requests = (await requestsOf(controller.log())) - before;
    const times = nodeTimes(world.kubelets.history());
    const overheads = times.map(overheadOf);
    const upgrade = await get(world.client, CALICO_UPGRADES, name);
    return {
      nodes,
      ms: wholeMs(times),
      overheadMs: overheads.reduce((sum, one) => sum + one, 0) / overheads.length,
      longestOverheadMs: Math.max(...overheads),
      requestsPerNode: requests / nodes,
      peakMiB,
      statusBytes: Buffer.byteLength(JSON.stringify(upgrade?.status ?? null)),
    };
  } finally {
    clearInterval(timer);
  }
}

const overheadOf = ({ cordonedMs, deletedMs, readyMs, uncordonedMs }: NodeTime): number =>
  uncordonedMs - cordonedMs - (readyMs - deletedMs);

/** All requests of the controller, by its own count. */
async function requestsOf(log: string): Promise<number> {
  const port = /metrics on port (\d+)/.exec(log)?.[1];
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = text.matchAll(/^calico_upgrade_api_requests_total\{[^}]*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

export interface Race {
  readonly controllerMs: number;
  readonly shellMs: number;
}

/** The controller, and a shell loop of the documented commands, on the same nodes: one node after the other. */
export async function raceShell(nodes: number): Promise<Race> {
  await using world = await worldOf(nodes);
  const { ms: controllerMs } = await upgradeMeasured(world, nodes, 1, 'race', 'v2.6.12');
  await world.cluster.kubectl(['delete', 'calicoupgrade', 'race']);
  world.kubelets.forgetHistory();
  await shellLoop(world);
  return { controllerMs, shellMs: wholeMs(nodeTimes(world.kubelets.history())) };
}

/** What the documents tell a person to type, as a loop, with the image set first. */
async function shellLoop({ cluster, nodes }: World): Promise<void> {
  const [image] = hostedImages('2.6.2');
  const set = ['-n', 'kube-system', 'set', 'image', 'daemonset/calico-node', `calico-node=${image}`];
  const { exitCode, stderr } = await cluster.kubectl(set);
  if (exitCode !== 0) throw new Error(stderr);
  const env = {
    ...process.env,
    KUBECONFIG: cluster.kubeconfig,
    PATH: `${dirname(cluster.kubectlPath)}:${process.env.PATH}`,
  };
  const names = (await nodes()).map(({ metadata: { name } }) => name);
  await runOrFail(join(import.meta.dirname, 'shell-loop.sh'), names, { env });
}
