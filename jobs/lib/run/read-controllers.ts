import { containersOf } from '../calico/container-env.ts';
import { type ControllerImage, controllerName } from '../calico/networkpolicy/running-semantics.ts';
import { CALICO_NAMESPACE } from '../calico/tpr-kinds.ts';
import { type Access, rights } from '../kubernetes/access.ts';
import { PODS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { list } from '../kubernetes/list.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';

const CONTROLLER_PODS = 'k8s-app in (calico-policy, calico-policy-controller, calico-kube-controllers)';

/** The rights that `readControllers` uses. */
export function controllersAccess(deployments: Resource | undefined): readonly Access[] {
  const system = { namespace: CALICO_NAMESPACE };
  return [...(deployments ? rights(deployments, ['list'], system) : []), ...rights(PODS, ['list'], system)];
}

/**
 * The policy controllers that run or are about to: only an etcd datastore has them. `deployments` is the form of Deployments
 * that the server has.
 */
export async function readControllers(
  client: KubeClient,
  deployments: Resource | undefined,
): Promise<readonly ControllerImage[]> {
  const namespace = CALICO_NAMESPACE;
  const [found, pods] = await Promise.all([
    deployments ? list(client, deployments, { namespace }) : [],
    list(client, PODS, { namespace, labelSelector: CONTROLLER_PODS, pick: imagesOnly }),
  ]);
  return [
    ...(found ?? [])
      .filter(hasReplicas)
      .flatMap(deployment => imagesOf(`Deployment ${deployment.metadata.name}`, templateOf(deployment))),
    ...(pods ?? []).flatMap(pod => imagesOf(`Pod ${pod.metadata.name}`, pod.spec)),
  ].filter(({ image }) => controllerName(image) !== undefined);
}

/** 2.6 ships a Deployment of the old name with no replicas, so that the old controller goes. */
const hasReplicas = ({ spec }: KubeObject): boolean => !isRecord(spec) || spec.replicas !== 0;

const templateOf = ({ spec }: KubeObject): unknown =>
  isRecord(spec) && isRecord(spec.template) ? spec.template.spec : undefined;

const imagesOf = (where: string, podSpec: unknown): readonly ControllerImage[] =>
  containersOf(podSpec).map(({ image }) => ({ where, image }));

/** A pod's name and its containers' names and images. */
const imagesOnly = ({ metadata, spec }: KubeObject): KubeObject => ({
  metadata: { name: metadata.name },
  spec: { containers: containersOf(spec).map(({ name, image }) => ({ name, image })) },
});
