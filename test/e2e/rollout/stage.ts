import { join } from 'node:path';
import { type Phase, readStatus, type UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { isKubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { kubectl } from '../../cluster/nodes/commands.ts';
import { eventually } from '../../demo/eventually.ts';
import { cachedControllerImage, controllerImageName } from '../../image/cached-controller-image.ts';
import { cachedJobImage, jobImageName } from '../../image/cached-job-image.ts';
import { CONTROLLER_FOR_NEWER, editKustomization } from '../../manifests/kustomize.ts';
import { type OldCluster, startOldCluster } from '../old-cluster.ts';

/** Three nodes with Calico 2.4, and the controller in its Deployment. */
export interface RolloutStage extends OldCluster {
  /** Waits until an upgrade is in a phase; returns its status then. */
  untilPhase(upgrade: string, phase: Phase): Promise<UpgradeStatus>;
  /** What the controller has logged. */
  log(): Promise<string>;
}

export const DEPLOYMENT = '-n calico-upgrade deployment/calico-upgrade-controller';

/** Starts it. As before Calico 3.2, Ready says nothing of BGP. */
export async function startRolloutStage(): Promise<RolloutStage> {
  const images = new Map([
    [jobImageName, await cachedJobImage()],
    [controllerImageName, await cachedControllerImage()],
  ]);
  const old = await startOldCluster({ name: 'rollout', images }, { isReadyWithoutBgp: true });
  try {
    await deployController(old);
  } catch (error) {
    await old.stop();
    throw error;
  }
  return {
    ...old,
    untilPhase: (upgrade, phase) => untilPhase(old, upgrade, phase),
    log: () => old.operator.run(`kubectl logs ${DEPLOYMENT}`),
  };
}

/** As an operator does it on Kubernetes 1.16 and later, with a registry of his own. */
async function deployController({ cluster, operator }: OldCluster): Promise<void> {
  await editKustomization(join(operator.directory, 'manifests'), {
    ...CONTROLLER_FOR_NEWER,
    '# newName: registry.example.com/calico-upgrade/controller': `newName: ${cluster.registry}/calico-upgrade/controller`,
  });
  await operator.run('kubectl apply -k manifests');
  await operator.run('kubectl wait --for=condition=Established crd/calicoupgrades.upgrade.projectcalico.org');
}

async function untilPhase({ cluster }: OldCluster, upgrade: string, phase: Phase): Promise<UpgradeStatus> {
  let seen: UpgradeStatus | undefined;
  const probe = async (): Promise<UpgradeStatus | undefined> => {
    const found: unknown = JSON.parse(
      await kubectl(cluster, ['get', 'calicoupgrade', upgrade, '-o', 'json']),
    );
    seen = isKubeObject(found) ? readStatus(found.status) : undefined;
    if (seen?.phase !== phase && (seen?.phase === 'Stopped' || seen?.phase === 'Invalid'))
      throw new Error(`${upgrade} is ${seen.phase}: ${seen.message}`);
    return seen?.phase === phase ? seen : undefined;
  };
  try {
    return await eventually(`${upgrade} is ${phase}`, probe, 120);
  } catch (error) {
    throw new Error(`${upgrade} is ${seen?.phase ?? 'without a status'}: ${seen?.message ?? ''}`, {
      cause: error,
    });
  }
}
