import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { neededAccess } from '../../../jobs/tpr-to-crd/access.ts';
import type { Fault } from '../../faults/fault.ts';
import { kubernetesRequest } from '../../faults/kubernetes-request.ts';
import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import { cleanCluster } from '../clean-cluster.ts';
import { type Content, readContent } from '../content.ts';
import { changeEveryKind } from '../edit.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, type Right, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { accessWords, allows, askedRights, type Used } from '../rights-of-manifest.ts';
import { assertCopied, MIXED, seedRecording } from './recorded-run.ts';

const rights = manifestRights();

/** Used on Kubernetes 1.7 only: later servers have DaemonSets in another group. */
const ONLY_1_7 = ['list daemonsets.extensions in kube-system'];

let started: JobCluster;
before(async () => {
  started = await startJobCluster();
});
after(() => started?.stop());

describe('a job with the rights of manifests/upgrade-job.yaml', () => {
  beforeEach(() => cleanCluster(started.client));

  it('copies everything, renames the IPv6 peers of Nodes, and records an Event on its Job', async () => {
    const { cluster, client, run } = started;
    await seedRecording(client, MIXED);
    const found = await readContent(client);
    const pod = await makePodFiles(client, cluster.directory, 'all-rights');
    const kubeconfig = await accountWith(cluster, client, rights);
    const { exitCode, stdout, sentence } = await run(['tpr-to-crd'], { kubeconfig, env: pod.env });
    assert.equal(exitCode, 0, stdout);
    assert.doesNotMatch(stdout, /warning: cannot/);
    assertCopied(MIXED, found, await readContent(client));
    assert.deepEqual(
      (await pod.events()).map(({ message }) => message),
      [sentence],
    );
  });

  it('overwrites conflicting objects of every kind', async () => {
    const { cluster, client, run } = started;
    await seedRecording(client, MIXED);
    const kubeconfig = await accountWith(cluster, client, rights);
    assert.equal((await run(['tpr-to-crd'], { kubeconfig })).exitCode, 0);
    const copied = await readContent(client);
    assert.equal(await changeEveryKind(client), 5);
    const { exitCode, stdout } = await run(['tpr-to-crd', '--on-conflict', 'overwrite'], { kubeconfig });
    assert.equal(exitCode, 0, stdout);
    assertCopied(MIXED, copied, await readContent(client));
  });

  it('uses each of these rights', async () => {
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
    await seedRecording(client, MIXED);
    ({ env } = await makePodFiles(client, cluster.directory, 'one-missing'));
    found = await readContent(client);
  });

  describe('is asked for before anything is written', { concurrency: 2 }, () => {
    for (const missing of rights.filter(right => !ONLY_1_7.includes(rightText(right)))) {
      it(rightText(missing), async () => {
        const { cluster, client, run } = started;
        const others = rights.filter(right => right !== missing);
        const kubeconfig = await accountWith(cluster, client, others);
        const { exitCode, sentence, stdout } = await run(['tpr-to-crd'], {
          kubeconfig,
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
  const options = {
    fromEtcd: false,
    backupToConfigMap: true,
    reportToConfigMap: true,
    inPod: true,
    dryRun: false,
  };
  return askedRights(neededAccess({ crdApi, daemonSets, namespace: 'default', ...options }));
}

/** A first copy in which the answer to each kind of creation is lost, and one that overwrites. */
async function requestsOfTwoRuns(
  { cluster, client, run }: JobCluster,
  proxy: FaultProxy,
): Promise<readonly Used[]> {
  await seedRecording(client, MIXED);
  const pod = await makePodFiles(client, cluster.directory, 'all-used');
  const kubeconfig = await accountWith(cluster, client, rights, { server: proxy.url });
  const plurals = ['customresourcedefinitions', ...TPR_KINDS.map(({ crd }) => crd.plural), 'configmaps'];
  proxy.setFaults(
    plurals.map(plural => lostAnswer(new RegExp(`^/api.*(crd\\.|apiextensions|/default/).*${plural}`))),
  );
  for (const args of [['tpr-to-crd'], ['tpr-to-crd', '--on-conflict', 'overwrite']]) {
    const { exitCode, stdout } = await run(args, { kubeconfig, env: pod.env });
    assert.equal(exitCode, 0, stdout);
    await changeEveryKind(client);
  }
  const lost = proxy.requests.filter(({ fault }) => fault === 'reset-after');
  assert.equal(lost.length, plurals.length);
  return proxy.requests.flatMap(({ method, path }) => kubernetesRequest(method, path) ?? []);
}

const lostAnswer = (path: RegExp): Fault => ({
  match: { methods: ['POST'], path },
  action: { do: 'reset-after' },
});
