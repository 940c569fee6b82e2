import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { neededAccess } from '../../../jobs/tpr-cleaner/access.ts';
import type { TprCleanerOptions } from '../../../jobs/tpr-cleaner/options.ts';
import { buildBundle } from '../../bench/bundle.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import { OLD_NODES } from '../../demo/old-cluster.ts';
import type { Fault } from '../../faults/fault.ts';
import { startFaultProxy } from '../../faults/proxy.ts';
import { readContent } from '../content.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { accessWords, askedRights, unusedRights } from '../rights-of-manifest.ts';
import { installCalico, kubectlManifest } from '../upgraded-calico.ts';
import { COPIED_OBJECTS } from './cleaner-cluster.ts';

const rights = manifestRights('tpr-cleanup-job.yaml');

/** Used on Kubernetes 1.7 only: later servers have DaemonSets in another group. */
const ONLY_1_7 = ['list daemonsets.extensions in kube-system'];

let jobs: JobCluster;
let main: string;
const stack = new AsyncDisposableStack();

before(async () => {
  // A bundle starts fast, and there are many runs.
  ({ main } = stack.use(await buildBundle()));
  jobs = await startJobCluster();
  stack.defer(() => jobs.stop());
  await seedObjects(jobs.client, COPIED_OBJECTS);
  await seedNodes(jobs.client, OLD_NODES);
  assert.equal((await jobs.run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
  await installCalico(jobs.client);
  await kubectlManifest(jobs.cluster, 'apply', 'rbac-kdd.yaml');
});
after(() => stack.disposeAsync());

describe('each right of manifests/tpr-cleanup-job.yaml', () => {
  it('is one that the job asks for on Kubernetes 1.7 or later, and none is left out', () => {
    const [, crds] = CUSTOM_RESOURCE_DEFINITIONS;
    assert.ok(crds);
    const options: TprCleanerOptions = {
      ...{ confirm: true, dryRun: false, own: false, wait: 1, nodeImage: [], backup: 'configmap' },
      ...{ namespace: 'default', requestTimeout: 1, retryTimeout: 1 },
      logFormat: 'text',
      logLevel: 'info',
    };
    process.env.CALICO_UPGRADE_POD_LABELS = '/dev/null';
    const asked = DAEMON_SETS.flatMap(daemonSets => neededAccess(options, { crds, daemonSets }));
    delete process.env.CALICO_UPGRADE_POD_LABELS;
    assert.deepEqual(
      [...new Set(askedRights(asked).map(rightText))].sort(),
      [...new Set(rights.map(rightText))].sort(),
    );
  });

  describe('is asked for before anything is deleted or written', { concurrency: 2 }, () => {
    for (const missing of rights.filter(right => !ONLY_1_7.includes(rightText(right)))) {
      it(rightText(missing), async () => {
        const { cluster, client, run } = jobs;
        const { env } = await makePodFiles(client, cluster.directory, `missing-${rights.indexOf(missing)}`);
        const found = await readContent(client);
        const kubeconfig = await accountWith(
          cluster,
          client,
          rights.filter(right => right !== missing),
        );
        const options = { kubeconfig, env, main };
        const { exitCode, sentence, stdout } = await run(['tpr-cleaner', '--confirm'], options);
        assert.equal(exitCode, 3, stdout);
        assert.equal(sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
        assert.deepEqual(await readContent(client), found);
      });
    }
  });

  it('is used, and more are not needed', async () => {
    const { cluster, client, run } = jobs;
    const upstream = { url: cluster.server, ca: cluster.ca };
    await using proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    // Answers that are lost, and conflicts, make the job look again.
    proxy.setFaults([
      lost('/configmaps$'),
      ...['global-config', 'global-bgp-config', 'ip-pool', 'global-bgp-peer', 'system-network-policy'].map(
        conflict,
      ),
    ]);
    const pod = await makePodFiles(client, cluster.directory, 'all-rights');
    const kubeconfig = await accountWith(cluster, client, rights, { server: proxy.url });
    const { exitCode, stdout, sentence } = await run(['tpr-cleaner', '--confirm'], {
      kubeconfig,
      env: pod.env,
    });
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(
      (await pod.events()).map(({ message }) => message),
      [sentence],
    );
    assert.deepEqual(unusedRights(rights, proxy.requests), [
      // Where a kind cannot be seen: see test/kubernetes-1.7/cleaner.test.ts.
      'create thirdpartyresources.extensions',
      ...ONLY_1_7,
    ]);
  });
});

const lost = (path: string): Fault => ({
  match: { methods: ['POST'], path: new RegExp(path) },
  times: 3,
  action: { do: 'reset-after' },
});

const conflict = (name: string): Fault => ({
  match: { methods: ['DELETE'], path: new RegExp(`thirdpartyresources/${name}\\.`) },
  action: { do: 'status', code: 409 },
});
