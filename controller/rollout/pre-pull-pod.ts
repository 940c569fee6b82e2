import { createHash } from 'node:crypto';
import { REVISION_ANNOTATION } from '../../jobs/lib/calico/upgrade/annotations.ts';
import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { OWN_LABELS } from '../../jobs/lib/run/own-labels.ts';

/** The label of pods that pull images. */
export const PRE_PULL = `${UPGRADE_GROUP}/pre-pull`;

/**
 * A pod that makes the kubelet of a node pull the images of a pod template, with the credentials of that template: each container is
 * one of its images and ends at once. Nobody schedules it, and it needs no pod network.
 */
export function prePullPod(node: string, template: unknown, revision: string, namespace: string): KubeObject {
  const spec = isRecord(template) && isRecord(template.spec) ? template.spec : {};
  const hash = createHash('sha256').update(`${node} ${revision}`).digest('hex').slice(0, 12);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `calico-upgrade-pull-${hash}`,
      namespace,
      labels: { ...OWN_LABELS, [PRE_PULL]: 'true' },
      annotations: { [REVISION_ANNOTATION]: revision },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      ...(spec.serviceAccountName === undefined ? {} : { serviceAccountName: spec.serviceAccountName }),
      ...(spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: spec.imagePullSecrets }),
      containers: templateImages(spec).map(({ name, image }) => ({
        name,
        image,
        // What is not in the image does not matter: kubelet pulls before it starts.
        command: ['true'],
        imagePullPolicy: 'IfNotPresent',
      })),
    },
  };
}

function templateImages(spec: Readonly<Record<string, unknown>>): readonly { name: string; image: string }[] {
  return [spec.initContainers, spec.containers]
    .flatMap(containers => (Array.isArray(containers) ? containers : []))
    .filter(isRecord)
    .map(({ name, image }) => ({ name: String(name), image: String(image) }));
}
