import { BGP_PEERS, NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import { deleteAll, deleteCrd, untilNotServed } from '../clean-cluster.ts';
import type { FaultSubject } from '../tpr-to-crd/fault-lane.ts';
import { defineKinds, seedOldCluster } from './data.ts';

/** The job on a cluster of Calico 2.6. */
export const KDD_SUBJECT: FaultSubject = {
  job: 'kdd-v1-to-v3',
  manifest: 'kdd-migration-job.yaml',
  seed: ({ admin }) => seedOldCluster(admin),
  clean,
};

/**
 * The same, where the kinds of 3.0 are defined already: by a run that was stopped later, or by their manifest. Its
 * cluster is clean again at once, while to undefine kinds and to define them again keeps an API server busy for seconds.
 */
export const KDD_DEFINED_SUBJECT: FaultSubject = {
  ...KDD_SUBJECT,
  seed: async ({ admin }) => {
    await seedOldCluster(admin);
    await defineKinds(admin, NEW_IN_3_0);
  },
  clean: cleanObjects,
};

/** The documented way back, and away with what is ours. */
async function clean(admin: KubeClient): Promise<void> {
  await Promise.all([
    ...NEW_IN_3_0.map(async crd => {
      await deleteCrd(admin, crdName(crd));
      await untilNotServed(admin, crd);
    }),
    cleanOthers(admin),
  ]);
}

/** A cluster of 2.6 that was never moved has no objects of 3.0's kinds. */
async function cleanObjects(admin: KubeClient): Promise<void> {
  await Promise.all([...NEW_IN_3_0.map(crd => deleteAll(admin, crd)), cleanOthers(admin)]);
}

/** What jobs leave beside 3.0's kinds: BGPPeers, of which 2.6 has none here, and what is ours. */
async function cleanOthers(admin: KubeClient): Promise<void> {
  await Promise.all([
    deleteAll(admin, BGP_PEERS),
    deleteAll(admin, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade'),
  ]);
}
