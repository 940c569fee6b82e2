import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../jobs/lib/kubernetes/write.ts';
import { OWN_LABELS } from '../../jobs/lib/run/own-labels.ts';
import { deletePod } from '../rollout/actions.ts';
import type { Run } from '../upgrade/run.ts';
import { done, type Progress, running, stopped } from './progress.ts';

/** How long two pods may take to start, and the answer to come. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Sends packets from a pod on one node to a pod on another, through the pod network, with an image that both nodes have. Both pods are
 * deleted afterwards.
 */
export async function probeConnectivity(
  run: Run,
  nodes: readonly [string, string],
  image: string,
): Promise<Progress> {
  const [from, to] = nodes;
  const name = (role: string): string =>
    `calico-upgrade-probe-${role}-${(run.upgrade.metadata.uid ?? '').slice(0, 8)}`;
  const answering = await probePod(run, name('to'), to, image, ['sleep', '3600']);
  const address = isRecord(answering.status) ? answering.status.podIP : undefined;
  if (typeof address !== 'string' || phaseOf(answering) !== 'Running') {
    return patient(run, `waits for Pod ${name('to')} on ${to} to get an address`);
  }
  const asking = await probePod(run, name('from'), from, image, ['ping', '-c', '5', '-w', '30', address]);
  const phase = phaseOf(asking);
  if (phase !== 'Succeeded' && phase !== 'Failed') {
    return patient(run, `waits for the answer of ${to} to ${from} through the pod network`);
  }
  for (const pod of [answering, asking]) {
    const { uid = '' } = pod.metadata;
    await deletePod(run.controller.client, { name: pod.metadata.name, uid }, run.controller.namespace);
  }
  return phase === 'Succeeded'
    ? done(`a pod on ${from} reaches one on ${to}`)
    : stopped(
        `a pod on ${from} does not reach ${address} on ${to} through the pod network. Look at routes and policies of both nodes`,
      );
}

function patient({ patience }: Run, message: string): Progress {
  return patience.elapsedMs(message) > PATIENCE_MS
    ? stopped(`${message}, for ${PATIENCE_MS / 60_000} minutes`)
    : running(message);
}

const phaseOf = ({ status }: KubeObject): unknown => (isRecord(status) ? status.phase : undefined);

async function probePod(
  { controller: { client, namespace } }: Run,
  name: string,
  node: string,
  image: string,
  command: readonly string[],
): Promise<KubeObject> {
  const found = await get(client, PODS, name, namespace);
  if (found) return found;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...OWN_LABELS } },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'probe', image, imagePullPolicy: 'IfNotPresent', command }],
    },
  };
  return (await create(client, PODS, pod, namespace)).object;
}
