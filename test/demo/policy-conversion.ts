import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { MIXED, seedWorld } from '../jobs/policy-converter/seed-world.ts';
import { heading, type Shell } from './screen.ts';
import type { Stage } from './stage.ts';

const MANIFEST = 'manifests/policy-conversion-job.yaml';
const CALICO = 'test/demo/calico-node-2.2.yaml';

const ANNOTATIONS =
  'kubectl get namespaces shop vault blog docs -o custom-columns=' +
  "'NAME:.metadata.name,ANNOTATION:.metadata.annotations.net\\.beta\\.kubernetes\\.io/network-policy'";
const POLICIES = 'kubectl get networkpolicies --all-namespaces';

/** Pods that no scheduler looks at: the demo has no images for them, and policies do not care. */
const unscheduled = (pod: KubeObject): KubeObject => ({
  ...pod,
  spec: { ...(isRecord(pod.spec) && pod.spec), schedulerName: 'nobody' },
});

/** Shows what the change to v1 semantics would do to a cluster with Calico 2.2, and the job that keeps it from that. */
export async function showPolicyConversion(stage: Stage, client: KubeClient, shell: Shell): Promise<void> {
  heading('Calico 2.2 on it, which reads NetworkPolicies together with an annotation');
  await shell.run(`kubectl apply -f ${CALICO}`);
  await seedWorld(client, { ...MIXED, pods: MIXED.pods.map(unscheduled) });
  await shell.run(ANNOTATIONS);
  await shell.run(POLICIES);
  heading('The policy conversion, before the upgrade to v1 semantics');
  await stage.runJob(client, shell, MANIFEST);
  await shell.run(POLICIES);
  await shell.run('kubectl delete job calico-upgrade-policies');
  await shell.run(`kubectl delete -f ${CALICO}`);
  await shell.run('kubectl delete namespace shop vault blog docs --wait=false');
}
