import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CORDONED_BY, REPLACING, readReplacing } from '../../../controller/rollout/marks.ts';
import { PRE_PULL } from '../../../controller/rollout/pre-pull-pod.ts';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import { CONFIG_MAPS, NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { eventually } from '../../demo/eventually.ts';
import { deleteObject } from '../../jobs/clean-cluster.ts';
import { patch } from '../../jobs/edit.ts';
import type { ControllerProcess } from '../controller-process.ts';
import { startWorld, type World } from '../world.ts';
import { freeLock } from './killed.ts';
import { assertTidy, type Rounds, startRounds } from './rounds.ts';

/** The first node takes long enough to edit something in the middle of it. */
const readyMs = (node: string): number => (node === 'n2' ? 1_000 : 100);

// F18, and F15 for what is noted down with a time.
describe('an upgrade in the middle of a node', () => {
  let world: World;
  let rounds: Rounds;
  let controller: ControllerProcess;
  const start = (): ControllerProcess => world.startController({ nodeName: 'n1' });
  before(async () => {
    world = await startWorld({
      nodes: 3,
      calico: { release: '2.6.2', updateStrategy: 'RollingUpdate' },
      behaviour: ({ labels }, node) => ({
        pullMs: 50,
        readyMs: labels['k8s-app'] === 'calico-node' ? readyMs(node) : 0,
      }),
    });
    rounds = startRounds(world);
    controller = start();
    await controller.says('this controller is the one at work');
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  interface Middle {
    readonly upgrade: string;
    readonly node: string;
    readonly replacing: string;
  }

  /** Begins a round, and returns when the pod of its first node is deleted. */
  async function middle(): Promise<Middle> {
    const upgrade = await rounds.begin();
    return eventually('a node in the middle of its replacement', async () => {
      const deleted = world.kubelets.deletions().find(({ labels }) => labels['k8s-app'] === 'calico-node');
      const node = deleted && (await get(world.client, NODES, deleted.node));
      const replacing = node?.metadata.annotations?.[REPLACING];
      return node && replacing !== undefined && { upgrade, node: node.metadata.name, replacing };
    });
  }

  const edit = {
    status: (name: string, status: unknown): Promise<void> =>
      patch(world.client, CALICO_UPGRADES, { metadata: { name } }, { status }),
    marks: (name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> =>
      patch(world.client, NODES, { metadata: { name } }, { metadata: { annotations } }),
    cordon: (name: string, unschedulable: boolean | null): Promise<void> =>
      patch(world.client, NODES, { metadata: { name } }, { spec: { unschedulable } }),
  };

  /** Does something while no controller runs. */
  async function whileKilled(action: () => Promise<unknown>): Promise<void> {
    await controller.kill();
    await action();
    await freeLock(world);
    controller = start();
  }

  /** What says that all of it is done, and is not true. */
  const allDone = (name: string) => async (): Promise<void> => {
    const upgrade = await get(world.client, CALICO_UPGRADES, name);
    const text = JSON.stringify(upgrade?.status).replace(/"(Pending|Running)"/g, '"Done"');
    await edit.status(name, JSON.parse(text));
  };

  test('is completed where its status is deleted', async () => {
    const { upgrade } = await middle();
    await edit.status(upgrade, null);
    await rounds.complete();
  });

  test('is completed where its status is deleted while the controller is away', async () => {
    const { upgrade } = await middle();
    await whileKilled(() => edit.status(upgrade, null));
    await rounds.complete();
  });

  test('is completed where its status is edited to say that every step is done', async () => {
    const { upgrade } = await middle();
    await allDone(upgrade)();
    await rounds.complete();
  });

  test('is completed where its status is edited so while the controller is away', async () => {
    const { upgrade } = await middle();
    await whileKilled(allDone(upgrade));
    await rounds.complete();
  });

  test('is completed where its status is edited to nonsense while the controller is away', async () => {
    const { upgrade } = await middle();
    await whileKilled(() => edit.status(upgrade, { phase: 'Nonsense', steps: 'none' }));
    await rounds.complete();
  });

  for (const [what, replacing] of [
    ['removed', null],
    ['edited to nonsense', '{"pod":1}'],
  ] as const) {
    test(`is completed where the mark of the replacement is ${what}`, async () => {
      const { node } = await middle();
      await edit.marks(node, { [REPLACING]: replacing });
      await rounds.complete();
    });
  }

  test('is completed where somebody uncordons the node', async () => {
    const { node } = await middle();
    await edit.cordon(node, null);
    await rounds.complete();
  });

  for (const [what, marks] of [
    ['the mark of the cordon is', { [CORDONED_BY]: null }],
    ['all marks are', { [CORDONED_BY]: null, [REPLACING]: null }],
  ] as const) {
    test(`is completed where ${what} removed, and names the node that stays cordoned`, async () => {
      const { node } = await middle();
      await edit.marks(node, marks);
      const { phase, steps } = await rounds.ended();
      assert.equal(phase, 'Complete');
      const rollout = steps?.find(({ name }) => name === 'node-rollout')?.message;
      assert.equal(rollout, `3 of 3 nodes have the target; ${node} is cordoned, and not by this upgrade`);
      await edit.cordon(node, null);
      await assertTidy(world);
    });
  }

  test('is completed where the pods that pull images are deleted', async () => {
    await middle();
    await world.cluster.kubectl(['-n', 'kube-system', 'delete', 'pods', '-l', PRE_PULL, '--wait=false']);
    await rounds.complete();
  });

  test('is completed where the time of the deletion is edited', async () => {
    const { node, replacing } = await middle();
    await edit.marks(node, { [REPLACING]: at(replacing, -3_600_000) });
    await rounds.complete();
  });

  test('is completed where that time is in the future for the next controller', async () => {
    const { node, replacing } = await middle();
    await whileKilled(() => edit.marks(node, { [REPLACING]: at(replacing, 3_600_000) }));
    await rounds.complete();
  });

  test('stops where that time is long past for the next controller, and goes on when it is told to', async () => {
    const { upgrade, node, replacing } = await middle();
    await whileKilled(() => edit.marks(node, { [REPLACING]: at(replacing, -3_600_000) }));
    const { phase, message } = await rounds.ended();
    assert.equal(phase, 'Stopped');
    assert.match(message, new RegExp(`${node}: .*36\\d\\d.* s.* To go on: kubectl patch`));
    assert.equal(world.kubelets.deletions().filter(({ name }) => name.startsWith('calico-node')).length, 1);
    await patch(world.client, CALICO_UPGRADES, { metadata: { name: upgrade } }, { spec: { resume: '1' } });
    await world.until(upgrade, 'Progressing', ({ phase: now }) => now !== 'Stopped');
    await rounds.complete();
  });

  test('is completed without what was kept for the way back, and says then that there is none', async () => {
    const { upgrade } = await middle();
    await whileKilled(() => deletePrevious(upgrade));
    assert.equal((await rounds.ended()).phase, 'Complete');
    await assertTidy(world);
    await patch(world.client, CALICO_UPGRADES, { metadata: { name: upgrade } }, { spec: { rollback: true } });
    const { message } = await world.until(upgrade, 'a stop', ({ phase }) => phase === 'Stopped');
    assert.match(
      message,
      /there is nothing to go back to: ConfigMap calico-upgrade\/calico-upgrade-previous/,
    );
  });

  async function deletePrevious(upgrade: string): Promise<void> {
    const found = await get(world.client, CALICO_UPGRADES, upgrade);
    const name = `calico-upgrade-previous-${found?.metadata.uid?.slice(0, 8)}`;
    await deleteObject(world.client, CONFIG_MAPS, name, 'calico-upgrade');
  }
});

/** A mark with another time of the deletion, from now in milliseconds. */
function at(replacing: string, ms: number): string {
  const since = new Date(Date.now() + ms).toISOString();
  return JSON.stringify({ ...readReplacing(replacing), since });
}
