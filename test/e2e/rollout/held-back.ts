import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { kubectl } from '../../cluster/nodes/commands.ts';
import { eventually } from '../../demo/eventually.ts';
import { hostedCalico, waitForCalico } from '../../demo/hosted-calico.ts';
import { watchNetwork } from '../watched-network.ts';
import { followReplacements } from './follow.ts';
import type { RecordedHeldBack } from './recording.ts';
import type { RolloutStage } from './stage.ts';
import { lostRoutes, neighboursView } from './upgrade.ts';

export interface MeasuredHeldBack {
  /** When the controller had stopped. */
  readonly status: UpgradeStatus;
  readonly measured: RecordedHeldBack;
  /** How many pods of calico-node each node has had. */
  readonly podCounts: Readonly<Record<string, number>>;
  /** Which routes of other nodes were lost. */
  readonly lostTo: readonly string[];
}

const NEIGHBOURS_KEEP_SECONDS = 5;
const GRACEFUL_RESTART_SECONDS = 10;
/** Longer than a neighbour may keep the routes, and longer than the controller waits. */
const HELD_BACK_SECONDS = 15;

/**
 * Begins an upgrade of nodes whose neighbours keep their routes for a short time, with a calico-node that starts late; watches until
 * the node is back.
 */
export async function measureHeldBack(stage: RolloutStage): Promise<MeasuredHeldBack> {
  const { cluster, client } = stage;
  await installShort(stage);
  const watched = await watchNetwork(cluster);
  const followed = await followReplacements(client);
  try {
    await kubectl(cluster, ['apply', '-f', '-'], heldBackUpgrade(cluster.registry));
    const status = await stage.untilPhase('held-back', 'Stopped');
    const stoppedAt = Date.now();
    const [begun] = followed.replacements;
    if (!begun) throw new Error(`no node was begun: ${status.message}`);
    // Finished when BGP is back, since the pod is what was wanted.
    await eventually('the node is back', async () => followed.replacements[0]?.uncordonedAt !== undefined);
    const network = await watched.stop();
    const { node, deletedAt } = begun;
    const since = (at: number): number => Math.round(at - deletedAt) / 1000;
    const sessions = neighboursView(network, node, deletedAt);
    const lost = lostRoutes(network);
    return {
      status,
      podCounts: followed.podCounts(),
      lostTo: [...new Set(lost.map(({ to }) => to))],
      measured: {
        node,
        gracefulRestartSeconds: GRACEFUL_RESTART_SECONDS,
        neighboursKeepSeconds: NEIGHBOURS_KEEP_SECONDS,
        stopped: since(stoppedAt),
        bgpUp: since(Math.max(...sessions.map(({ until }) => until))),
        routesLost: lost.map(({ neighbour, from, until = Number.NaN }) => ({
          neighbour,
          from: since(from),
          until: since(until),
        })),
      },
    };
  } finally {
    followed.stop();
  }
}

/** The time for which neighbours keep routes is what the calico-node before has told them: so it has to run before. */
async function installShort({ cluster }: RolloutStage): Promise<void> {
  const daemonSet = ['-n', 'kube-system', 'daemonset/calico-node'];
  await kubectl(cluster, ['delete', ...daemonSet, '--wait']);
  const settings = { isReadyWithoutBgp: true, env: { GR_TIME: String(NEIGHBOURS_KEEP_SECONDS) } };
  await kubectl(cluster, ['apply', '-f', '-'], hostedCalico(cluster, 'v2.5.1', settings));
  await waitForCalico(cluster);
}

const heldBackUpgrade = (registry: string) => ({
  apiVersion: 'upgrade.projectcalico.org/v1alpha1',
  kind: 'CalicoUpgrade',
  metadata: { name: 'held-back' },
  spec: {
    targetVersion: 'v2.6.12',
    registry,
    env: [{ name: 'START_DELAY', value: String(HELD_BACK_SECONDS) }],
    rollout: { gracefulRestartSeconds: GRACEFUL_RESTART_SECONDS },
  },
});
