import { readPod } from '../../../../../jobs/lib/calico/networkpolicy/read-cluster.ts';
import type { KubeObject } from '../../../../../jobs/lib/kubernetes/object.ts';
import type { Snapshot } from '../../../../../jobs/policy-converter/snapshot.ts';
import { clusterOf } from '../../../../../jobs/policy-converter/view.ts';
import type { World } from './brute-force.ts';

/** What the job would read of a world. */
export const snapshotOf = ({ namespaces, pods, policies }: World): Snapshot => ({
  namespaces,
  policies,
  pods: pods.map(readPod).filter(pod => pod !== undefined),
});

/** What the model takes of a world, on the Kubernetes datastore. */
export const modelCluster = (world: World) => clusterOf(snapshotOf(world), 'kubernetes');

/** Whether a pod is one that policies protect. */
export const isProtected = ({ spec }: KubeObject): boolean =>
  !(typeof spec === 'object' && spec !== null && 'hostNetwork' in spec && spec.hostNetwork === true);
