import { after, before } from 'node:test';
import { CORDONED_BY, REPLACED, REPLACING } from '../../../controller/rollout/marks.ts';
import { PRE_PULL } from '../../../controller/rollout/pre-pull-pod.ts';
import type { Phase, UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { CONFIG_MAPS, DAEMON_SETS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import type { ChooseBehaviour, PodBehaviour } from '../../kubelets/behaviour.ts';
import type { PodFacts } from '../../kubelets/facts.ts';
import { hostedConfigMap, hostedDaemonSet } from '../../kubelets/hosted-calico.ts';
import { isCalicoNode } from '../../kubelets/outages.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { startWorld, type World, type WorldOptions, waitFor } from '../world.ts';

const NAMESPACE = 'kube-system';

/** Short, so that a controller begins soon, and goes on soon after one that was killed. */
const LEASE = { CALICO_UPGRADE_LEASE_SECONDS: '6' };

/** A world with a controller, in which upgrades from the installed release to 2.6.12 are tried one after the other. */
export interface LiveRollout {
  readonly world: World;
  readonly controller: ControllerProcess;
  /** Ends the controller, as a node that goes away does it. */
  killController(): Promise<void>;
  startController(): void;
  /** Brings the installed release back on every node, with nothing left of upgrades before; then history begins. */
  startAnew(behaviour?: ChooseBehaviour, ready?: number): Promise<void>;
  /** Creates a CalicoUpgrade without a backup; returns its name. */
  upgrade(spec?: object): Promise<string>;
  untilPhase(name: string, phase: Phase): Promise<UpgradeStatus>;
  daemonSet(): Promise<KubeObject>;
  /** Pods that pull images. */
  prePulls(): Promise<readonly KubeObject[]>;
}

export interface LiveRolloutOptions extends WorldOptions {
  /** The node that the controller says to be on. */
  readonly nodeName?: string;
}

/** Gives the tests of a file such a world. */
export function useLiveRollout({ nodeName, ...options }: LiveRolloutOptions): LiveRollout {
  let started: { readonly world: World; controller: ControllerProcess } | undefined;
  let upgrades = 0;
  const current = () => {
    if (!started) throw new Error('the world is there only while tests run');
    return started;
  };
  const begin = (world: World): ControllerProcess =>
    world.startController({ env: LEASE, ...(nodeName !== undefined && { nodeName }) });
  before(async () => {
    const world = await startWorld(options);
    started = { world, controller: begin(world) };
  });
  after(async () => {
    await started?.controller.kill();
    await started?.world[Symbol.asyncDispose]();
  });
  return {
    get world() {
      return current().world;
    },
    get controller() {
      return current().controller;
    },
    killController: () => current().controller.kill(),
    startController() {
      current().controller = begin(current().world);
    },
    startAnew: (behaviour = () => ({}), ready) => startAnew(current().world, options, behaviour, ready),
    async upgrade(spec = {}) {
      upgrades += 1;
      // Of two that are made in the same second, the first by name is the older one.
      const name = `upgrade-${String(upgrades).padStart(3, '0')}`;
      await current().world.apply(name, { targetVersion: 'v2.6.12', backup: 'none', ...spec });
      return name;
    },
    untilPhase: (name, phase) => current().world.until(name, phase, status => status.phase === phase),
    daemonSet: () => daemonSetOf(current().world),
    async prePulls() {
      const { client } = current().world;
      return (await list(client, PODS, { namespace: NAMESPACE, labelSelector: PRE_PULL })) ?? [];
    },
  };
}

async function daemonSetOf({ client }: World): Promise<KubeObject> {
  const found = DAEMON_SETS[0] && (await get(client, DAEMON_SETS[0], 'calico-node', NAMESPACE));
  if (!found) throw new Error('DaemonSet calico-node is gone');
  return found;
}

async function startAnew(
  world: World,
  { calico }: WorldOptions,
  behaviour: ChooseBehaviour,
  ready: number | undefined,
): Promise<void> {
  const { client, kubelets } = world;
  await kubectl(world, ['delete', 'calicoupgrades', '--all']);
  await kubectl(world, ['delete', 'daemonset', 'calico-node', '-n', NAMESPACE, '--cascade=foreground']);
  await kubectl(world, ['delete', 'configmap', 'calico-config', '-n', NAMESPACE]);
  await kubectl(world, ['delete', 'pods', '-n', NAMESPACE, '-l', PRE_PULL, '--wait=false']);
  await kubectl(world, ['annotate', 'nodes', '--all', `${CORDONED_BY}-`, `${REPLACING}-`, `${REPLACED}-`]);
  const nodes = (await world.nodes()).map(({ metadata }) => metadata.name);
  await kubectl(world, ['uncordon', ...nodes]);
  for (const node of nodes) kubelets.images(node).clear();
  kubelets.setBehaviour(behaviour);
  const [daemonSets] = DAEMON_SETS;
  if (!daemonSets) throw new Error('no form of DaemonSets');
  await create(client, CONFIG_MAPS, hostedConfigMap(calico), NAMESPACE);
  await create(client, daemonSets, hostedDaemonSet(calico), NAMESPACE);
  const wanted = ready ?? nodes.length;
  const readyPods = () => kubelets.pods().filter(pod => pod.ready && pod.labels['k8s-app'] === 'calico-node');
  await waitFor(`${wanted} Ready pods`, async () => readyPods().length === wanted);
  kubelets.forgetHistory();
}

/** Throws where it fails. */
export async function kubectl({ cluster }: World, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.kubectl(args);
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Creates an object, or changes it. Throws where that fails. */
export async function kubectlApply({ cluster }: World, object: object): Promise<void> {
  const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  if (exitCode !== 0) throw new Error(`kubectl apply: ${stderr}`);
}

/** Changes fields of the spec of an upgrade. */
export const patchSpec = (world: World, name: string, spec: object): Promise<string> =>
  kubectl(world, ['patch', 'calicoupgrade', name, '--type', 'merge', '-p', JSON.stringify({ spec })]);

/** A behaviour for the pods of calico-node of 2.6.12 on some nodes; `rest` for every other pod. */
export function newPodOn(
  nodes: readonly string[],
  behaviour: (pod: PodFacts, node: string) => PodBehaviour,
  rest: PodBehaviour = {},
): ChooseBehaviour {
  return (pod, node) =>
    nodes.includes(node) && isCalicoNode(pod) && pod.containers[0]?.image.endsWith(':v2.6.12')
      ? behaviour(pod, node)
      : rest;
}

/** The nodes whose pod of calico-node was deleted, in order. */
export const deletedOn = ({ kubelets }: World): readonly string[] =>
  kubelets
    .deletions()
    .filter(({ labels }) => labels['k8s-app'] === 'calico-node')
    .map(({ node }) => node);

/** The nodes that were cordoned, in order. */
export const cordonedNodes = ({ kubelets }: World): readonly string[] =>
  kubelets.history().flatMap(({ what, node }) => (what === 'cordoned' ? [node] : []));
