import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { neededAccess } from '../../../jobs/kdd-v1-to-v3/access.ts';
import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_NETWORK_POLICIES,
  IP_POOLS,
} from '../../../jobs/lib/calico/crd-kinds.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import type { Fault } from '../../faults/fault.ts';
import { kubernetesRequest } from '../../faults/kubernetes-request.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { cleanCluster, deleteCrd } from '../clean-cluster.ts';
import { type Content, readContent } from '../content.ts';
import { patch } from '../edit.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, type Right, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { accessWords, allows, askedRights, type Used } from '../rights-of-manifest.ts';
import { seedOldCluster, seedUpgradedCluster } from './data.ts';

const JOB = 'kdd-v1-to-v3';
const rights = manifestRights('kdd-migration-job.yaml');

/** Used on Kubernetes 1.7 only: later servers have DaemonSets in another group. */
const ONLY_1_7 = ['list daemonsets.extensions in kube-system'];

let started: JobCluster;
let bundle: Bundle;
before(async () => {
  // Dozens of runs start the same program, so it has to start fast.
  [started, bundle] = await Promise.all([startJobCluster({}), buildBundle()]);
});
after(async () => {
  await bundle?.[Symbol.asyncDispose]();
  await started?.stop();
});

describe('a job with the rights of manifests/kdd-migration-job.yaml', () => {
  it('does everything, overwrites every kind, and uses each of these rights', async () => {
    const { cluster } = started;
    const upstream = { url: cluster.server, ca: cluster.ca };
    await using proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    const used = await requestsOfTwoRuns(started, proxy);
    const unused = rights.filter(right => !used.some(request => allows(right, request)));
    assert.deepEqual(unused.map(rightText), ONLY_1_7);
  });
});

describe('each right of the manifest', () => {
  let found: Content;
  let env: Readonly<Record<string, string>>;
  before(async () => {
    const { client, cluster } = started;
    await cleanCluster(client);
    await seedOldCluster(client);
    ({ env } = await makePodFiles(client, cluster.directory, 'one-missing'));
    found = await readContent(client);
  });

  describe('is asked for before anything is written', { concurrency: 2 }, () => {
    for (const missing of rights.filter(right => !ONLY_1_7.includes(rightText(right)))) {
      it(rightText(missing), async () => {
        const { cluster, client, run } = started;
        const others = rights.filter(right => right !== missing);
        const kubeconfig = await accountWith(cluster, client, others);
        const { exitCode, sentence, stdout } = await run([JOB], {
          kubeconfig,
          main: bundle.main,
          // Each run is a pod of its own: a refusal is remembered.
          env: { ...env, CALICO_UPGRADE_STATE_DIR: '' },
        });
        assert.equal(exitCode, 3, stdout);
        assert.equal(sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
        assert.deepEqual(await readContent(client), found);
      });
    }
  });

  it('is one that the job asks for on Kubernetes 1.7 or later, and none is left out', () => {
    const asked = new Set(DAEMON_SETS.flatMap(daemonSets => accessOn(daemonSets).map(rightText)));
    assert.deepEqual([...asked].sort(), rights.map(rightText).sort());
  });
});

function accessOn(daemonSets: Resource): readonly Right[] {
  const [, crdApi] = CUSTOM_RESOURCE_DEFINITIONS;
  assert.ok(crdApi);
  const places = { namespace: 'default', backupToConfigMap: true, reportToConfigMap: true, inPod: true };
  return askedRights(neededAccess({ crdApi, daemonSets, dryRun: false, ...places }));
}

const CHANGES = [
  [FELIX_CONFIGURATIONS, 'default', { logSeverityScreen: 'Debug' }],
  [BGP_CONFIGURATIONS, 'default', { asNumber: 65000 }],
  [CLUSTER_INFORMATIONS, 'default', { clusterGUID: 'x' }],
  [BGP_PEERS, 'node-1.192-0-2-9', { asNumber: 65000 }],
  [GLOBAL_NETWORK_POLICIES, 'default.allow-dns', { order: 7 }],
] as const;

/** A first run in which the answer to each kind of creation is lost, and one that overwrites. */
async function requestsOfTwoRuns(
  { cluster, client, run }: JobCluster,
  proxy: FaultProxy,
): Promise<readonly Used[]> {
  await seedUpgradedCluster(client);
  await deleteCrd(client, crdName(IP_POOLS));
  const pod = await makePodFiles(client, cluster.directory, 'all-used');
  const kubeconfig = await accountWith(cluster, client, rights, { server: proxy.url });
  const plurals = ['customresourcedefinitions', ...CHANGES.map(([{ plural }]) => plural), 'configmaps'];
  proxy.setFaults(
    plurals.map(plural => lostAnswer(new RegExp(`^/api.*(crd\\.|apiextensions|/default/).*${plural}`))),
  );
  const first = await run([JOB], { kubeconfig, env: pod.env });
  assert.equal(first.exitCode, 0, first.stdout);
  assert.doesNotMatch(first.stdout, /warning: cannot/);
  for (const [crd, name, spec] of CHANGES) await patch(client, crd, { metadata: { name } }, { spec });
  const second = await run([JOB, '--on-conflict', 'overwrite'], { kubeconfig, env: pod.env });
  assert.equal(second.exitCode, 0, second.stdout);
  assert.match(second.sentence, /5 overwritten/);
  assert.deepEqual(
    (await pod.events()).map(({ message }) => message),
    [first.sentence, second.sentence],
  );
  const lost = proxy.requests.filter(({ fault }) => fault === 'reset-after');
  assert.equal(lost.length, plurals.length);
  return proxy.requests.flatMap(({ method, path }) => kubernetesRequest(method, path) ?? []);
}

const lostAnswer = (path: RegExp): Fault => ({
  match: { methods: ['POST'], path },
  action: { do: 'reset-after' },
});
