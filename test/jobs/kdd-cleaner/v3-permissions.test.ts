import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { neededAccess } from '../../../jobs/kdd-cleaner/access.ts';
import type { KddCleanerOptions } from '../../../jobs/kdd-cleaner/options.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { forEachConcurrently } from '../../../jobs/lib/run/concurrency.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { readContent } from '../content.ts';
import { accountWith, manifestRights, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { accessWords, askedRights, unusedRights } from '../rights-of-manifest.ts';
import { useProxy } from '../use-proxy.ts';
import { useDowngradedCluster, v3Texts } from './v3-cluster.ts';

const MANIFEST = 'kdd-v3-cleanup-job.yaml';
const jobs = useDowngradedCluster();
const proxied = useProxy(jobs, MANIFEST);

describe('each right of manifests/kdd-v3-cleanup-job.yaml', () => {
  const rights = manifestRights(MANIFEST);
  const ONLY_1_7 = ['list daemonsets.extensions in kube-system'];
  const [, crds] = CUSTOM_RESOURCE_DEFINITIONS;
  const pods = process.env.CALICO_UPGRADE_POD_LABELS;
  let bundle: Bundle;
  before(async () => {
    process.env.CALICO_UPGRADE_POD_LABELS = '/dev/null';
    // A bundle starts fast, and there are many runs.
    bundle = await buildBundle();
  });
  after(async () => {
    await bundle?.[Symbol.asyncDispose]();
    if (pods === undefined) delete process.env.CALICO_UPGRADE_POD_LABELS;
  });

  it('is asked for and used, and none is left out', async () => {
    assert.ok(crds);
    const options: KddCleanerOptions = {
      ...{ confirm: true, dryRun: false, wait: 1, nodeImage: [], backup: 'configmap', namespace: 'default' },
      ...{ requestTimeout: 1, retryTimeout: 1 },
      logFormat: 'text',
      logLevel: 'info',
    };
    const asked = DAEMON_SETS.flatMap(daemonSets => neededAccess(options, { crds, daemonSets }));
    const texts = (all: readonly string[]) => [...new Set(all)].sort();
    assert.deepEqual(texts(askedRights(asked).map(rightText)), texts(rights.map(rightText)));
    const { env } = await makePodFiles(jobs.client, jobs.cluster.directory, 'kdd-all-rights');
    const { exitCode, stdout } = await proxied.run(['kdd-cleaner', 'v3', '--confirm'], [], env);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(unusedRights(rights, proxied.proxy.requests), ONLY_1_7);
  });

  it('is missed before anything is deleted', { timeout: 1_200_000 }, async () => {
    const found = [await v3Texts(jobs.client), await readContent(jobs.client)];
    const needed = rights.filter(right => !ONLY_1_7.includes(rightText(right)));
    await forEachConcurrently(needed, 4, async missing => {
      const left = rights.filter(right => right !== missing);
      const kubeconfig = await accountWith(jobs.cluster, jobs.client, left);
      const name = `kdd-missing-${rights.indexOf(missing)}`;
      const { env } = await makePodFiles(jobs.client, jobs.cluster.directory, name);
      const result = await jobs.run(['kdd-cleaner', 'v3', '--confirm'], {
        kubeconfig,
        env,
        main: bundle.main,
      });
      assert.equal(result.exitCode, 3, result.stdout);
      assert.equal(result.sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
    });
    assert.deepEqual([await v3Texts(jobs.client), await readContent(jobs.client)], found);
    assert.equal((await list(jobs.client, PODS, { namespace: 'kube-system' }))?.length, 2);
  });
});
