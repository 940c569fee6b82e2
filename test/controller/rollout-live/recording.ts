import { type NodeFacts, nodeFacts } from '../../../controller/rollout/node-facts.ts';
import { podFacts } from '../../../controller/rollout/pod-facts.ts';
import { PRE_PULL } from '../../../controller/rollout/pre-pull-pod.ts';
import { templateState } from '../../../controller/steps/template.ts';
import { DAEMON_SETS, NODES, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { openBackground } from '../../kubelets/background.ts';
import type { World } from '../world.ts';

/** Every state that the API server told, each kind in the order of its revisions. */
export interface Recording {
  readonly nodes: readonly { readonly revision: number; readonly facts: NodeFacts }[];
  /** Pods that pull images; `isComplete` when each image is there, or the pod is gone. */
  readonly pulls: readonly {
    readonly revision: number;
    readonly node: string;
    readonly isComplete: boolean;
  }[];
  readonly daemonSets: readonly { readonly strategy: string; readonly image: string }[];
}

/** Records what happens to Nodes, pods that pull images and the DaemonSet until it is disposed of. */
export async function startRecording({ client }: World): Promise<AsyncDisposable & { taken(): Recording }> {
  const background = openBackground(client);
  const nodes: Recording['nodes'][number][] = [];
  const pulls: Recording['pulls'][number][] = [];
  const daemonSets: Recording['daemonSets'][number][] = [];
  await background.follow({
    resource: NODES,
    pick: nodeFacts,
    onChange: ({ facts, revision }) => nodes.push({ facts, revision }),
  });
  await background.follow({
    resource: PODS,
    pick: pullOf,
    onChange({ facts, revision, type }) {
      if (!facts) return;
      const isComplete = facts.isComplete || type === 'gone';
      pulls.push({ revision, node: facts.node, isComplete });
    },
  });
  const [resource] = DAEMON_SETS;
  if (!resource) throw new Error('no form of DaemonSets');
  await background.follow({
    resource,
    pick: daemonSetState,
    onChange: ({ facts }) => daemonSets.push(facts),
  });
  return {
    taken: () => ({ nodes, pulls, daemonSets }),
    async [Symbol.asyncDispose]() {
      await background.stop();
      background.check();
    },
  };
}

function pullOf(pod: KubeObject) {
  if (pod.metadata.labels?.[PRE_PULL] === undefined) return undefined;
  const { node, pulled, images } = podFacts(pod);
  return { node, isComplete: Object.keys(images).every(name => pulled.includes(name)) };
}

function daemonSetState(daemonSet: KubeObject) {
  const { spec } = daemonSet;
  const strategy = isRecord(spec) && isRecord(spec.updateStrategy) ? String(spec.updateStrategy.type) : '';
  return { strategy, image: templateState(daemonSet).images['calico-node'] ?? '' };
}
