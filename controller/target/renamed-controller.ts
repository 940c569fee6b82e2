import { type Fields, fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { NEW_CONTROLLER } from './classify.ts';
import { changeTemplate, mapContainers, withoutEnv } from './pod-spec.ts';

const LABELS = { 'k8s-app': NEW_CONTROLLER };

/** Variables of the policy controller alone (components reference, section 2.1). */
const OLD_VARIABLES = ['K8S_API', 'CONFIGURE_ETC_HOSTS'];

/**
 * The Deployment calico-kube-controllers in the place of a policy controller, a Deployment or a ReplicaSet: with its connection to
 * etcd, its volumes and where it may run.
 */
export function renamedController(old: KubeObject): KubeObject {
  const { apiVersion = 'apps/v1', metadata } = old;
  const { namespace = 'kube-system' } = metadata;
  return changeTemplate(
    {
      apiVersion,
      kind: 'Deployment',
      metadata: { name: NEW_CONTROLLER, namespace, labels: LABELS },
      spec: { selector: { matchLabels: LABELS }, template: fieldsOf(old.spec).template },
    },
    template => ({
      metadata: renamedMetadata(template, namespace),
      spec: renamedPod(fieldsOf(template.spec)),
    }),
  );
}

function renamedMetadata({ metadata }: Fields, namespace: string): Fields {
  const { annotations } = fieldsOf(metadata);
  return {
    name: NEW_CONTROLLER,
    namespace,
    labels: LABELS,
    ...(annotations !== undefined && { annotations }),
  };
}

function renamedPod({ serviceAccount: _, ...podSpec }: Fields): Fields {
  return {
    ...mapContainers(podSpec, renamedContainer),
    serviceAccountName: NEW_CONTROLLER,
    hostNetwork: true,
  };
}

/** The program is another, so that its command line would be. */
function renamedContainer({ command: _, args: __, ...container }: Fields): Fields {
  return { ...withoutEnv(container, OLD_VARIABLES), name: NEW_CONTROLLER };
}
