import { BGP_PEERS, NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import { deleteAll, deleteCrd, untilNotServed } from '../clean-cluster.ts';
import type { FaultSubject } from '../tpr-to-crd/fault-lane.ts';
import { seedOldCluster } from './data.ts';

/** The job on a cluster of Calico 2.6. */
export const KDD_SUBJECT: FaultSubject = {
  job: 'kdd-v1-to-v3',
  manifest: 'kdd-migration-job.yaml',
  seed: seedOldCluster,
  clean,
};

/** The documented way back, and away with what is ours. A cluster of 2.6 that was never moved has no BGPPeers here. */
async function clean(admin: KubeClient): Promise<void> {
  await Promise.all([
    ...NEW_IN_3_0.map(async crd => {
      await deleteCrd(admin, crdName(crd));
      await untilNotServed(admin, crd);
    }),
    deleteAll(admin, BGP_PEERS),
    deleteAll(admin, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade'),
  ]);
}
