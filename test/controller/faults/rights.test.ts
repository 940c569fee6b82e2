import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { controllerAccess } from '../../../controller/access.ts';
import { LOCK_NAME } from '../../../controller/lock/record.ts';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import { readStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import {
  type Access,
  accessText,
  missingAccess,
  serviceAccountSubject,
} from '../../../jobs/lib/kubernetes/access.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { readServedForms } from '../../../jobs/lib/run/detect-cluster.ts';
import { eventually } from '../../demo/eventually.ts';
import type { RecordedRequest } from '../../faults/fault.ts';
import { kubernetesRequest } from '../../faults/kubernetes-request.ts';
import { patch } from '../../jobs/edit.ts';
import { installHostedCalico } from '../../kubelets/hosted-calico.ts';
import { type ControllerProcess, startController } from '../controller-process.ts';
import { useProxiedCluster } from '../proxied-cluster.ts';
import { createUpgrade } from '../upgrade-kind.ts';
import { applyManifests } from '../world.ts';
import { type RoleRights, roleRights } from './role-rights.ts';

const NAMESPACE = 'calico-upgrade';
const ACCOUNT = 'calico-upgrade-controller';
const UPGRADE = 'to-2.6';

const servers = useProxiedCluster({ name: 'controller-rights' });

/** Whether a write only tells how far it is, renews the lock, or asks for rights. */
function changesNothing({ method, path }: RecordedRequest): boolean {
  const { resource = '', name } = kubernetesRequest(method, path) ?? {};
  if (resource === 'configmaps') return name === LOCK_NAME;
  return ['calicoupgrades', 'events', 'selfsubjectaccessreviews'].includes(resource);
}

// F16
describe('a controller without one of its rights', () => {
  let controller: ControllerProcess;
  let roles: RoleRights;
  let rights: readonly Access[];
  before(async () => {
    const { cluster, admin, proxy } = servers;
    await applyManifests(cluster, ['controller.yaml']);
    await installHostedCalico(admin, { release: '2.6.2' });
    roles = await roleRights(admin, ACCOUNT);
    const all = controllerAccess(await readServedForms(admin), NAMESPACE);
    rights = [...new Map(all.map(right => [accessText(right), right])).values()];
    const token = await cluster.serviceAccountToken(NAMESPACE, ACCOUNT);
    const kubeconfig = await cluster.kubeconfigFor({ token }, { server: proxy.url });
    controller = startController({ kubeconfig });
    await controller.says('this controller is the one at work');
  });
  after(() => controller[Symbol.asyncDispose]());

  /** Waits until the API server knows it, too. */
  const untilMissing = (right: Access, isMissing: boolean): Promise<unknown> =>
    eventually(`${accessText(right)} to be ${isMissing ? 'missing' : 'there'}`, async () => {
      const subject = serviceAccountSubject(NAMESPACE, ACCOUNT);
      return (await missingAccess(servers.admin, [right], subject)).length === (isMissing ? 1 : 0);
    });

  test('names the verb and the resource of each, and writes nothing', async () => {
    assert.ok(rights.length > 30);
    for (const [index, right] of rights.entries()) {
      await roles.takeAway(right);
      await untilMissing(right, true);
      servers.proxy.reset();
      if (index === 0) await createUpgrade(servers.admin, UPGRADE);
      else await resume(index);
      await controller.says(`may not: ${accessText(right)}. Grant these rights`, 20_000);
      const writes = servers.proxy.requests.filter(({ method }) => method !== 'GET');
      assert.ok(writes.length >= rights.length, 'all rights were asked for');
      assert.deepEqual(
        writes.filter(write => !changesNothing(write)),
        [],
      );
      await roles.restore();
      await untilMissing(right, false);
    }
  });

  const resume = (index: number): Promise<void> =>
    patch(
      servers.admin,
      CALICO_UPGRADES,
      { metadata: { name: UPGRADE } },
      { spec: { resume: String(index) } },
    );

  test('says so in the status, with what to do', async () => {
    const { phase, message } = await eventually('a status', async () => {
      const upgrade = await get(servers.admin, CALICO_UPGRADES, UPGRADE);
      return readStatus(upgrade?.status);
    });
    assert.equal(phase, 'Stopped');
    assert.match(message, /may not: .* Grant these rights.* To go on: kubectl patch calicoupgrade to-2\.6 /);
  });
});
