import { isAtLeast } from '../../jobs/lib/calico/calico-version.ts';
import {
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_FELIX_CONFIGS,
  IP_POOLS,
} from '../../jobs/lib/calico/crd-kinds.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { type Resource, resourceName } from '../../jobs/lib/kubernetes/resource.ts';
import { forEachConcurrently } from '../../jobs/lib/run/concurrency.ts';
import { askBird } from '../rollout/actions.ts';
import type { PodFacts } from '../rollout/pod-facts.ts';
import type { Run, Work } from '../upgrade/run.ts';
import { notReady } from './kube-controllers.ts';
import { patient } from './patient.ts';
import { probeConnectivity } from './probe.ts';
import { done, type Progress, running, stopped } from './progress.ts';
import { advanceRollout } from './rollout.ts';
import { targetFor } from './target-for.ts';

/** How long something that ought to work may take until it does. */
const PATIENCE_MINUTES = 3;

const ASK_AT_ONCE = 8;

/** What was part of the upgrade: only that can be looked at. */
export interface Verified {
  readonly nodes: boolean;
  readonly kubeControllers: boolean;
}

/** Says that everything works: images, readiness and BGP of every node, one kube-controllers, the configuration, the pod network. */
export async function advanceVerify(work: Work, part: Verified): Promise<Progress> {
  const { run, spec, isDataOpen } = work;
  const { isRollback } = run;
  // A node that was away may be back by now: it is replaced, as in the rollout.
  const nodes = part.nodes ? await advanceRollout(work) : done('no node was changed');
  if (nodes.state !== 'done') return patientIfStuck(run, nodes);
  const bgp = part.nodes ? await verifyBgp(work) : done('');
  if (bgp.state !== 'done') return patient(run, bgp, PATIENCE_MINUTES);
  const controllers = part.kubeControllers && !isRollback ? await verifyControllers(work) : done('');
  if (controllers.state !== 'done') return patient(run, controllers, PATIENCE_MINUTES);
  const configuration = isRollback ? done('') : await verifyConfiguration(work);
  if (configuration.state !== 'done') return configuration;
  const probe =
    spec.verify.connectivityProbe && part.nodes && !isDataOpen ? await verifyNetwork(work) : done('');
  if (probe.state !== 'done') return probe;
  run.controller.log.info({ stage: 'verify' }, 'everything works');
  const texts = [nodes, bgp, controllers, configuration, probe].map(({ message }) => message);
  return done(texts.filter(Boolean).join('; '));
}

/** A node that gets its images or is replaced takes its time, which the rollout limits. */
export function patientIfStuck(run: Pick<Run, 'patience'>, nodes: Progress): Progress {
  if (nodes.state === 'running' && nodes.isStuck) return patient(run, nodes, PATIENCE_MINUTES);
  run.patience.step.forget();
  return nodes;
}

/** Asks BIRD of every node once. A session that is down may have been so before; a node without any is cut off. */
async function verifyBgp(work: Work): Promise<Progress> {
  const { run, spec } = work;
  const { rollout } = run.made;
  const { client, log, signal } = run.controller;
  if (!rollout || !spec.rollout.bgpCheck || run.detected.install.networkingBackend !== 'bird')
    return done('');
  const cutOff = new Map<string, string>();
  let sessions = 0;
  const pods = [...rollout.stores.pods.objects.values()].filter(({ isReady }) => isReady);
  await forEachConcurrently(
    pods,
    ASK_AT_ONCE,
    async pod => {
      const report = await askBird(client, rollout.namespace, pod, signal);
      if ('problem' in report) return void cutOff.set(pod.node, ` (${report.problem})`);
      const up = report.sessions.filter(({ isEstablished }) => isEstablished);
      sessions += up.length;
      if (up.length === 0 && report.sessions.length > 0) cutOff.set(pod.node, '');
      for (const { name, info } of report.sessions.filter(({ isEstablished }) => !isEstablished)) {
        log.warn({ stage: 'verify' }, `${pod.node}: BGP session ${name} is ${info}`);
      }
    },
    signal,
  );
  return cutOff.size === 0 ? done(`BGP: ${sessions} sessions Established`) : waitsForBgp(cutOff);
}

/** `cutOff`: what is wrong by node. Answers come in any order, and BIRD has another word for it at each start. */
export function waitsForBgp(cutOff: ReadonlyMap<string, string>): Progress {
  const nodes = [...cutOff.keys()].sort();
  const named = nodes.slice(0, 3).map(node => `${node}${cutOff.get(node)}`);
  const more = nodes.length > 3 ? ` and ${nodes.length - 3} more nodes` : '';
  const message = `waits for BGP of ${named.join(', ')}${more}`;
  return { state: 'running', message, wakeMs: 2_000, key: `BGP ${nodes.join(' ')}` };
}

async function verifyControllers(work: Work): Promise<Progress> {
  const { kubeControllers } = await targetFor(work);
  if (!kubeControllers) return done('');
  const { name, namespace } = kubeControllers.object.metadata;
  const waits = await notReady(work.run, name, namespace);
  return waits === undefined ? done(`${name} runs once`) : running(waits);
}

/** The kinds that calico-node cannot start without. What is in etcd was verified by the job that wrote it. */
async function verifyConfiguration({ run, spec }: Work): Promise<Progress> {
  if (run.detected.install.datastore !== 'kubernetes' || !isAtLeast(spec.targetVersion, '2.5.0'))
    return done('');
  const kinds: readonly Resource[] = isAtLeast(spec.targetVersion, '3.0.0')
    ? [FELIX_CONFIGURATIONS, CLUSTER_INFORMATIONS, IP_POOLS]
    : [GLOBAL_FELIX_CONFIGS, IP_POOLS];
  for (const kind of kinds) {
    const objects = await list(run.controller.client, kind, {
      pick: ({ metadata: { name } }) => ({ metadata: { name } }),
    });
    if (!objects)
      return stopped(
        `${resourceName(kind)} is not defined, which Calico ${spec.targetVersion} reads its configuration from`,
      );
  }
  return done('the configuration is readable');
}

async function verifyNetwork({ run }: Work): Promise<Progress> {
  const { rollout, template } = run.made;
  const pods: readonly PodFacts[] = rollout ? [...rollout.stores.pods.objects.values()] : [];
  // In the same order in every turn.
  const ready = pods.filter(({ isReady }) => isReady).map(({ node }) => node);
  const [first, second] = ready.sort();
  const image = template?.images['calico-node'];
  if (first === undefined || second === undefined || image === undefined)
    return done('no second node to reach');
  return probeConnectivity(run, [first, second], image);
}
