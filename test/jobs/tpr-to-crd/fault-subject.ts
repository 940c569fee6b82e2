import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import { update } from '../../../jobs/lib/kubernetes/write.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import { deleteAll, deleteCrds, untilNotServed } from '../clean-cluster.ts';
import { CRDS } from '../resources.ts';
import { FAULT_NODES, FAULT_TPRS, storeObjects } from './fault-data.ts';
import type { FaultSubject } from './fault-lane.ts';

/** The job on a cluster of Calico 2.4, with no CRD yet. */
export const TPR_SUBJECT: FaultSubject = {
  job: 'tpr-to-crd',
  manifest: 'upgrade-job.yaml',
  servesTprs: true,
  seed: async ({ admin }) => {
    await seedObjects(admin, FAULT_TPRS);
    await seedNodes(admin, FAULT_NODES);
  },
  async clean(admin) {
    await Promise.all([undefine(admin), cleanObjects(admin)]);
  },
};

/**
 * The same, where the CRDs are defined already: by a run that was stopped later, or by their manifest. Its cluster is
 * clean again at once, while to undefine kinds and to define them again keeps an API server busy for seconds.
 */
export const TPR_DEFINED_SUBJECT: FaultSubject = {
  ...TPR_SUBJECT,
  seed: async lane => {
    await TPR_SUBJECT.seed(lane);
    await define(lane.admin);
  },
  clean: cleanDefined,
};

/** As after an upgrade to Kubernetes 1.8: the ThirdPartyResources are in etcd only. The CRDs are defined. */
export const TPR_FROM_ETCD_SUBJECT: FaultSubject = {
  ...TPR_SUBJECT,
  servesTprs: false,
  readsEtcd: true,
  seed: async ({ admin, cluster }) => {
    await storeObjects(cluster.etcd.endpoint, FAULT_TPRS);
    await seedNodes(admin, FAULT_NODES);
    await define(admin);
  },
  clean: cleanDefined,
};

async function define(admin: KubeClient): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await Promise.all(TPR_KINDS.map(({ crd }) => ensureCrd(admin, CRDS, crd, signal)));
}

/** A kind answers for some moments after its definition has gone. */
async function undefine(admin: KubeClient): Promise<void> {
  await deleteCrds(admin);
  await Promise.all(TPR_KINDS.map(({ crd }) => untilNotServed(admin, crd)));
}

async function cleanDefined(admin: KubeClient): Promise<void> {
  await Promise.all([...TPR_KINDS.map(({ crd }) => deleteAll(admin, crd)), cleanObjects(admin)]);
}

/** Away with what is ours, and the Nodes as they were. */
async function cleanObjects(admin: KubeClient): Promise<void> {
  await Promise.all([
    deleteAll(admin, CONFIG_MAPS, 'app.kubernetes.io/managed-by=calico-upgrade'),
    ...FAULT_NODES.map(({ name, annotations }) =>
      update(admin, NODES, name, current => ({ ...current, metadata: { ...current.metadata, annotations } })),
    ),
  ]);
}
