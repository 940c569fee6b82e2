import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import { defineTprs } from '../cluster/seed.ts';
import type { ControllerProcess } from '../controller/controller-process.ts';
import { hostedEtcd } from '../controller/hosted/etcd.ts';
import { playJobs } from '../controller/steps/played-jobs.ts';
import { defineCrds, startWorld, type World, type WorldOptions } from '../controller/world.ts';
import { requestText, unknownTo17 } from './known-requests.ts';
import { type OldServer, startOldServer } from './old-server.ts';

const READY = { pullMs: 20, readyMs: 50 };
const TARGET = 'v2.6.12';

interface OldWorld {
  readonly world: World;
  readonly server: OldServer;
  /** Waits until an upgrade has come to this end. */
  ended(name: string, phase: 'Complete' | 'RolledBack'): Promise<UpgradeStatus>;
}

/** A world whose controller reaches the API server through one that behaves as 1.7.5 did. */
function useOldWorld(options: Pick<WorldOptions, 'calico' | 'install'>): OldWorld {
  let world: World;
  let server: OldServer;
  let controller: ControllerProcess;
  before(async () => {
    world = await startWorld({ nodes: 2, behaviour: playJobs({}, READY), ...options });
    server = await startOldServer(world.cluster);
    const token = await world.cluster.serviceAccountToken('calico-upgrade', 'calico-upgrade-controller');
    const kubeconfig = await world.cluster.kubeconfigFor({ token }, { server: server.url });
    controller = world.startController({ kubeconfig });
  });
  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });
  return {
    get world() {
      return world;
    },
    get server() {
      return server;
    },
    async ended(name, wanted) {
      const status = await world.until(name, wanted, ({ phase }) => phase === wanted || phase === 'Stopped');
      assert.equal(status.phase, wanted, status.message);
      return status;
    },
  };
}

const imagesOf = async ({ world }: OldWorld): Promise<ReadonlySet<string>> =>
  new Set((await world.nodeImages()).values());

/** All requests were of forms that 1.7.5 has, these among them. */
function assertKnown({ server }: OldWorld, ...expected: readonly string[]): void {
  assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);
  const sent = new Set(server.requests.map(requestText));
  for (const text of expected) assert.ok(sent.has(text), `no ${text} in\n${[...sent].join('\n')}`);
}

describe('on an API server that behaves as Kubernetes 1.7.5 did, the controller', () => {
  const old = useOldWorld({ calico: { release: '2.4.1' } });

  it('takes ThirdPartyResources and nodes from 2.4 to 2.6, and sends nothing that 1.7.5 does not know', async () => {
    await defineTprs(old.world.client);
    await defineCrds(old.world.cluster);
    await old.world.apply('to-2.6', { targetVersion: TARGET });
    await old.ended('to-2.6', 'Complete');
    assert.deepEqual(await imagesOf(old), new Set([`quay.io/calico/node:${TARGET}`]));
    assertKnown(
      old,
      ...['list thirdpartyresources.extensions/v1beta1', 'create jobs.batch/v1'],
      ...['patch daemonsets.extensions/v1beta1', 'watch daemonsets.extensions/v1beta1'],
      ...['watch calicoupgrades.upgrade.projectcalico.org/v1alpha1', 'watch nodes.v1', 'watch pods.v1'],
      ...['patch nodes.v1', 'delete pods.v1', 'create events.v1'],
      'create clusterroles.rbac.authorization.k8s.io/v1beta1',
    );
    assert.ok(old.server.upgrades.some(path => path.includes('/exec?') && path.includes('birdcl')));
  });

  it('goes back there', async () => {
    await old.world.apply('to-2.6', { targetVersion: TARGET, rollback: true });
    await old.ended('to-2.6', 'RolledBack');
    assert.deepEqual(await imagesOf(old), new Set(['quay.io/calico/node:v2.4.1']));
    assertKnown(old);
  });
});

describe('on such an API server, with an etcd datastore, the controller', () => {
  const old = useOldWorld({
    calico: { release: '2.5.1', datastore: 'etcd' },
    install: hostedEtcd('2.5.1'),
  });

  it('replaces the policy controller by the controllers of 2.6, and every node', async () => {
    await old.world.apply('to-2.6', { targetVersion: TARGET });
    const { steps = [] } = await old.ended('to-2.6', 'Complete');
    assert.equal(
      steps.find(({ name }) => name === 'kube-controllers')?.message,
      'Deployment calico-kube-controllers runs once',
    );
    assert.deepEqual(await imagesOf(old), new Set([`quay.io/calico/node:${TARGET}`]));
    assertKnown(old, 'create deployments.extensions/v1beta1', 'patch deployments.extensions/v1beta1');
  });
});
