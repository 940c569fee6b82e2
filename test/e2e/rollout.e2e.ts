import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { kubectl } from '../cluster/nodes/commands.ts';
import { type MeasuredHeldBack, measureHeldBack } from './rollout/held-back.ts';
import { type RolloutStage, startRolloutStage } from './rollout/stage.ts';
import { lostRoutes, type MeasuredUpgrade, measureUpgrade } from './rollout/upgrade.ts';
import { assertUndisturbed } from './watched-network.ts';

/** What the documented budget is, and what a replacement takes here at the longest: a few seconds, on a busy machine. */
const BUDGET_SECONDS = 90;
const LONGEST_SECONDS = 30;

describe('the controller, on three nodes with BIRD', () => {
  let stage: RolloutStage;
  before(async () => {
    stage = await startRolloutStage();
  });
  after(() => stage?.stop());

  describe('takes a cluster from 2.4 to 2.6', () => {
    let upgrade: MeasuredUpgrade;
    before(async () => {
      upgrade = await measureUpgrade(stage);
    });

    it('by copying the ThirdPartyResources first, then replacing one node after the other', async t => {
      const done = (upgrade.status.steps ?? [])
        .filter(({ state }) => state === 'Done')
        .map(({ name }) => name);
      assert.deepEqual(done, ['backup', 'data-migration', 'manifests', 'node-rollout', 'verify']);
      const log = await stage.log();
      t.diagnostic(log);
      assert.match(log, /job +Job default\/calico-upgrade-v2\.5-\w+: copied and verified: 35 created, /);
      assert.ok(log.indexOf('data-migration  done: ') < log.indexOf(' cordoned, '), log);
      const windows = upgrade.replacements.map(({ begin, uncordoned }) => ({
        begin,
        end: begin + uncordoned,
      }));
      assert.equal(windows.length, 3);
      for (const [index, { begin }] of windows.entries())
        assert.ok(begin >= (windows[index - 1]?.end ?? 0) - 0.5, JSON.stringify(windows));
      assert.deepEqual(upgrade.podCounts, { n1: 2, n2: 2, n3: 2 });
    });

    it('while no neighbour ever loses a route, and no packet between pods is lost', t => {
      assert.deepEqual(lostRoutes(upgrade.network), []);
      assertUndisturbed(upgrade.network);
      const every = upgrade.network.nodes.map(({ everyMs }) => Math.round(everyMs));
      t.diagnostic(`looked at every ${every.join(', ')} ms`);
      assert.ok(Math.max(...every) <= 250, `${every} ms`);
    });

    it('with BGP back at every neighbour long before its time is over, which the controller measures', t => {
      for (const one of upgrade.replacements) {
        const { node, bgpDown, bgpUp, measured, uncordoned } = one;
        t.diagnostic(
          `${node}: ${measured} s by the controller; the neighbours had no session from ${bgpDown} s to ${bgpUp} s`,
        );
        assert.ok(bgpDown > 0 && bgpUp > bgpDown, JSON.stringify(one));
        assert.ok(bgpUp < LONGEST_SECONDS && LONGEST_SECONDS < BUDGET_SECONDS, JSON.stringify(one));
        assert.ok(measured >= bgpUp - 1, `${node}: the controller saw it before its neighbours`);
        assert.ok(measured <= bgpUp + 5, `${node}: the controller saw it late`);
        assert.ok(uncordoned >= measured - 1, JSON.stringify(one));
      }
    });

    it('and leaves every node with 2.6, Ready, and not cordoned', async () => {
      const columns = 'custom-columns=:spec.unschedulable';
      const cordons = await kubectl(stage.cluster, ['get', 'nodes', '--no-headers', '-o', columns]);
      assert.deepEqual(cordons.trim().split(/\s+/), Array(3).fill('<none>'));
      const pods = ['-n', 'kube-system', 'get', 'pods', '-l', 'k8s-app=calico-node', '--no-headers'];
      const shown = await kubectl(stage.cluster, [
        ...pods,
        ...['-o', 'custom-columns=:spec.containers[0].image,:status.containerStatuses[0].ready'],
      ]);
      const image = `${stage.cluster.registry}/calico/node:v2.6.12`;
      assert.deepEqual(shown.trim().split(/\s+/), Array(3).fill([image, 'true']).flat());
      assert.deepEqual(upgrade.status.nodes, { total: 3, updated: 3, current: 0, skipped: 0, failed: 0 });
    });
  });

  describe('whose next replacement is held back for longer than its neighbours keep its routes', () => {
    let heldBack: MeasuredHeldBack;
    before(async () => {
      heldBack = await measureHeldBack(stage);
    });

    it('cannot keep the routes to that node', t => {
      const { measured, lostTo } = heldBack;
      t.diagnostic(JSON.stringify(measured));
      assert.deepEqual(lostTo, [measured.node]);
      assert.equal(measured.routesLost.length, 2);
      for (const { from, until } of measured.routesLost) {
        assert.ok(from >= measured.neighboursKeepSeconds - 2, `lost after ${from} s`);
        assert.ok(until > measured.gracefulRestartSeconds, `back after ${until} s`);
      }
    });

    it('stops when its time is over, and touches no other node', () => {
      const { node, stopped, gracefulRestartSeconds, bgpUp } = heldBack.measured;
      assert.ok(stopped >= gracefulRestartSeconds && stopped < bgpUp, `stopped after ${stopped} s`);
      assert.deepEqual(heldBack.podCounts, { n1: 1, n2: 1, n3: 1, [node]: 2 });
    });

    it('says which node it is, why, and what to do', async () => {
      const { node } = heldBack.measured;
      const { message, attention } = heldBack.status;
      assert.match(
        message,
        new RegExp(`^node-rollout: ${node}: 1\\d s after the deletion it still waits for BGP `),
      );
      assert.match(message, /\. No other node is touched\. To go on: kubectl patch calicoupgrade held-back /);
      assert.deepEqual(
        attention?.map(one => one.node),
        [node],
      );
      assert.ok((await stage.log()).includes(message), 'the log says it, too');
    });
  });
});
