import assert from 'node:assert/strict';
import { CORDONED_BY, REPLACING } from '../../../controller/rollout/marks.ts';
import { PRE_PULL } from '../../../controller/rollout/pre-pull-pod.ts';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { CONFIG_MAPS, DAEMON_SETS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { fieldsOf, recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { isCalicoNode, mostDown } from '../../kubelets/outages.ts';
import type { World } from '../world.ts';

const SYSTEM = 'kube-system';

/** One upgrade after the other on the same nodes: each gives calico-node another value of a variable, so that all are replaced. */
export interface Rounds {
  /** Creates the next CalicoUpgrade; returns its name. */
  begin(spec?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Waits until it is over, or stopped. */
  ended(ms?: number): Promise<UpgradeStatus>;
  /** Waits until it is complete, and checks what must hold then, whatever happened meanwhile. */
  complete(ms?: number): Promise<UpgradeStatus>;
}

/** Rounds of a world that has a controller; it has to keep the strategy of its DaemonSet, RollingUpdate. */
export function startRounds(world: World): Rounds {
  let round = 0;
  const name = (): string => `round-${round}`;
  const ended = (ms?: number): Promise<UpgradeStatus> =>
    world.until(name(), 'the end', ({ phase }) => isOver(phase), ms);
  return {
    ended,
    async begin(spec = {}) {
      round += 1;
      world.kubelets.forgetHistory();
      await world.apply(name(), {
        targetVersion: 'v2.6.12',
        env: [{ name: 'ROUND', value: String(round) }],
        ...spec,
      });
      return name();
    },
    async complete(ms) {
      const status = await ended(ms);
      assert.equal(status.phase, 'Complete', status.message);
      await assertReplaced(world, round);
      await assertTidy(world);
      await assertPreviousKept(world, name(), round - 1);
      return status;
    },
  };
}

const isOver = (phase: string): boolean => ['Complete', 'Stopped', 'Invalid', 'RolledBack'].includes(phase);

/** Each node's pod was replaced once, one at a time, and is of this round. */
async function assertReplaced({ kubelets, nodes, client }: World, round: number): Promise<void> {
  const names = (await nodes()).map(({ metadata }) => metadata.name);
  const deleted = kubelets.deletions().filter(({ labels }) => labels['k8s-app'] === 'calico-node');
  assert.deepEqual(deleted.map(({ node }) => node).sort(), names.sort());
  assert.equal(mostDown(kubelets.history(), isCalicoNode).length, 1);
  const pods = (await list(client, PODS, { namespace: SYSTEM, labelSelector: 'k8s-app=calico-node' })) ?? [];
  assert.deepEqual(
    pods.map(({ spec }) => roundOf(spec)),
    names.map(() => String(round)),
  );
}

/** The value of the variable in a pod or a template. */
function roundOf(spec: unknown): string | undefined {
  const [container] = recordsOf(fieldsOf(spec).containers);
  const found = recordsOf(container?.env).find(({ name }) => name === 'ROUND');
  return found && String(found.value);
}

/** Nothing of an upgrade is left on nodes, the DaemonSet, or among the pods. */
export async function assertTidy({ nodes, client, cluster }: World): Promise<void> {
  for (const { metadata, spec } of await nodes()) {
    assert.equal(isRecord(spec) && spec.unschedulable === true, false, `${metadata.name} is cordoned`);
    for (const mark of [CORDONED_BY, REPLACING]) assert.equal(metadata.annotations?.[mark], undefined, mark);
  }
  const [daemonSets] = DAEMON_SETS;
  const daemonSet = daemonSets && (await get(client, daemonSets, 'calico-node', SYSTEM));
  assert.equal(fieldsOf(fieldsOf(daemonSet?.spec).updateStrategy).type, 'RollingUpdate');
  const { stdout } = await cluster.kubectl(['-n', SYSTEM, 'get', 'pods', '-l', PRE_PULL, '-o', 'name']);
  assert.equal(stdout, '');
}

/** What was there before is kept, once, and is what was there before. */
async function assertPreviousKept({ client }: World, name: string, round: number): Promise<void> {
  const upgrade = await get(client, CALICO_UPGRADES, name);
  const uid = upgrade?.metadata.uid ?? '';
  const kept = (await list(client, CONFIG_MAPS, { namespace: 'calico-upgrade' })) ?? [];
  const [own, ...more] = kept.filter(({ metadata }) => metadata.name.endsWith(uid.slice(0, 8)));
  assert.deepEqual(more, []);
  const previous: unknown = JSON.parse(previousJson(own));
  const { isLate, daemonSet } = fieldsOf(previous);
  assert.equal(isLate, false);
  const template = fieldsOf(fieldsOf(fieldsOf(daemonSet).spec).template);
  assert.equal(roundOf(template.spec), round === 0 ? undefined : String(round));
}

const previousJson = (configMap: KubeObject | undefined): string =>
  String(fieldsOf(configMap?.data)['previous.json'] ?? 'null');
