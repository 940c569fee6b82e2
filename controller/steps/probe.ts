import { isDeepStrictEqual } from 'node:util';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { fieldsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isBeingDeleted, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../jobs/lib/kubernetes/write.ts';
import { OWN_LABELS } from '../../jobs/lib/run/own-labels.ts';
import { deletePod } from '../rollout/actions.ts';
import type { Run } from '../upgrade/run.ts';
import { patient } from './patient.ts';
import { done, type Progress, running, stopped } from './progress.ts';

/** How long two pods may take to start, and the answer to come. */
const PATIENCE_MINUTES = 5;

const ROLES = ['to', 'from'] as const;

type Role = (typeof ROLES)[number];

interface ProbePod {
  readonly role: Role;
  readonly node: string;
  readonly image: string;
  readonly command: readonly string[];
}

/**
 * Sends packets from a pod on one node to a pod on another, through the pod network, with an image that both nodes have. Both pods are
 * deleted afterwards, whatever came of it.
 */
export async function probeConnectivity(
  run: Run,
  nodes: readonly [string, string],
  image: string,
): Promise<Progress> {
  const progress = patient(run, await probe(run, nodes, image), PATIENCE_MINUTES);
  if (progress.state !== 'running') await Promise.all(ROLES.map(role => removeProbe(run, role)));
  return progress;
}

async function probe(run: Run, [from, to]: readonly [string, string], image: string): Promise<Progress> {
  const answering = await probePod(run, { role: 'to', node: to, image, command: ['sleep', '3600'] });
  const { podIP: address, phase: state } = fieldsOf(answering?.status);
  if (typeof address !== 'string' || state !== 'Running')
    return running(`waits for Pod ${nameOf(run, 'to')} on ${to} to get an address`);
  const command = ['ping', '-c', '5', '-w', '30', address];
  const asking = await probePod(run, { role: 'from', node: from, image, command });
  const { phase } = fieldsOf(asking?.status);
  if (phase === 'Succeeded') return done(`a pod on ${from} reaches one on ${to}`);
  return phase === 'Failed'
    ? stopped(
        `a pod on ${from} does not reach ${address} on ${to} through the pod network. Look at routes and policies of both nodes`,
      )
    : running(`waits for the answer of ${to} to ${from} through the pod network`);
}

const nameOf = ({ upgrade }: Run, role: Role): string =>
  `calico-upgrade-probe-${role}-${(upgrade.metadata.uid ?? '').slice(0, 8)}`;

/** The pod of a probe; undefined while one of an earlier try is in its place. */
async function probePod(run: Run, wanted: ProbePod): Promise<KubeObject | undefined> {
  const { client, namespace } = run.controller;
  const name = nameOf(run, wanted.role);
  const found = await get(client, PODS, name, namespace);
  if (found && isSuch(found, wanted)) return found;
  if (found) {
    await removeProbe(run, wanted.role);
    return undefined;
  }
  const { object } = await create(client, PODS, podObject(name, namespace, wanted), namespace);
  return isSuch(object, wanted) ? object : undefined;
}

/** One that was to answer and has ended answers no more. */
function isSuch(pod: KubeObject, { role, node, command }: ProbePod): boolean {
  const spec = fieldsOf(pod.spec);
  const [container] = recordsOf(spec.containers);
  const hasEnded = role === 'to' && ['Succeeded', 'Failed'].includes(String(fieldsOf(pod.status).phase));
  const isSame = spec.nodeName === node && isDeepStrictEqual(container?.command, command);
  return isSame && !hasEnded && !isBeingDeleted(pod);
}

async function removeProbe(run: Run, role: Role): Promise<void> {
  const { client, namespace } = run.controller;
  const name = nameOf(run, role);
  const found = await get(client, PODS, name, namespace);
  if (found) await deletePod(client, { name, uid: found.metadata.uid ?? '' }, namespace);
}

const podObject = (name: string, namespace: string, { node, image, command }: ProbePod): KubeObject => ({
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
});
