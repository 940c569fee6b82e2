import assert from 'node:assert/strict';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { routeGaps, sessionGaps } from '../network-looks.ts';
import { type NetworkRecord, watchNetwork } from '../watched-network.ts';
import { followReplacements, type Replacement } from './follow.ts';
import type { RecordedReplacement } from './recording.ts';
import type { RolloutStage } from './stage.ts';

export interface MeasuredUpgrade {
  readonly status: UpgradeStatus;
  readonly network: NetworkRecord;
  readonly replacements: readonly RecordedReplacement[];
  /** How many pods of calico-node each node has had, from before the upgrade until its end. */
  readonly podCounts: Readonly<Record<string, number>>;
}

export const EXAMPLE = 'manifests/examples/kdd-2.4-to-2.6.yaml';

/** The command of an operator with a registry of his own, who also wants the pod network tried in the end. */
export const applyExample = (registry: string): string => {
  const added = `  registry: ${registry}\\n  verify: {connectivityProbe: true}`;
  return `sed 's#^spec:#&\\n${added}#' ${EXAMPLE} | kubectl apply -f -`;
};

/** Takes the cluster from 2.4 to 2.6, while the pod network and the sessions of all nodes are watched. */
export async function measureUpgrade(stage: RolloutStage): Promise<MeasuredUpgrade> {
  const { cluster, client, operator } = stage;
  const watched = await watchNetwork(cluster);
  const followed = await followReplacements(client);
  try {
    await operator.run(applyExample(cluster.registry));
    const status = await stage.untilPhase('to-2.6', 'Complete');
    const network = await watched.stop();
    const replacements = measured(followed.replacements, network);
    return { status, network, replacements, podCounts: followed.podCounts() };
  } finally {
    followed.stop();
  }
}

function measured(
  replacements: readonly Replacement[],
  network: NetworkRecord,
): readonly RecordedReplacement[] {
  const first = replacements[0]?.deletedAt ?? 0;
  return replacements.map(({ node, deletedAt, readyAt = 0, uncordonedAt = 0, seconds = 0 }) => {
    const since = (at: number): number => Math.round(at - deletedAt) / 1000;
    const sessions = neighboursView(network, node, deletedAt);
    return {
      node,
      begin: Math.round(deletedAt - first) / 1000,
      bgpDown: since(Math.max(...sessions.map(({ from }) => from))),
      bgpUp: since(Math.max(...sessions.map(({ until }) => until))),
      ready: since(readyAt),
      uncordoned: since(uncordonedAt),
      measured: seconds,
    };
  });
}

/** From when until when each neighbour had no session with a node, after its pod was deleted; each had one gap. */
export function neighboursView({ nodes }: NetworkRecord, name: string, deletedAt: number) {
  const own = nodes.find(({ node }) => node.name === name)?.node;
  assert.ok(own, name);
  return nodes
    .filter(({ node }) => node !== own)
    .map(watched => {
      const after = sessionGaps(watched, own).filter(({ from }) => from >= deletedAt);
      const [gap, ...more] = after;
      assert.ok(gap?.until !== undefined, `${watched.node.name} did not see ${name} go and come back`);
      return { neighbour: watched.node.name, from: gap.from, until: gap.until, more };
    });
}

/** All times in which a node had no route to the pods of another. */
export const lostRoutes = ({ nodes }: NetworkRecord) =>
  nodes.flatMap(watched =>
    nodes
      .filter(other => other !== watched)
      .flatMap(({ node }) =>
        routeGaps(watched, node).map(gap => ({ neighbour: watched.node.name, to: node.name, ...gap })),
      ),
  );
