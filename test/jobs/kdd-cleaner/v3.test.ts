import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import { neededAccess } from '../../../jobs/kdd-cleaner/access.ts';
import type { KddCleanerOptions } from '../../../jobs/kdd-cleaner/options.ts';
import { NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { forEachConcurrently } from '../../../jobs/lib/run/concurrency.ts';
import { buildBundle } from '../../bench/bundle.ts';
import type { Fault } from '../../faults/fault.ts';
import { deleteCrd, deleteObject, untilGone } from '../clean-cluster.ts';
import { backupNames, readContent } from '../content.ts';
import { useJobCluster } from '../job-cluster.ts';
import { startJob } from '../job-process.ts';
import { accountWith, manifestRights, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { CRDS } from '../resources.ts';
import { accessWords, askedRights, unusedRights } from '../rights-of-manifest.ts';
import { createPod } from '../upgraded-calico.ts';
import { useProxy } from '../use-proxy.ts';
import { defineV3, seedDowngraded, V3_COUNT, v3Texts } from './v3-cluster.ts';

const MANIFEST = 'kdd-v3-cleanup-job.yaml';
const jobs = useJobCluster({});
const proxied = useProxy(jobs, MANIFEST);
const clean = (...args: readonly string[]) => jobs.run(['kdd-cleaner', 'v3', ...args]);

beforeEach(async () => {
  await Promise.all(NEW_IN_3_0.map(kind => deleteCrd(jobs.client, crdName(kind))));
  await seedDowngraded(jobs);
});

/** What has to stay: everything but the four definitions and their objects. */
async function others() {
  const { crds, crdObjects, nodes } = await readContent(jobs.client);
  const names = new Set(NEW_IN_3_0.map(crdName));
  const kinds = new Set(NEW_IN_3_0.map(({ kind }) => kind));
  return {
    crds: crds.filter(({ metadata }) => !names.has(metadata.name)),
    crdObjects: crdObjects.filter(({ kind }) => !kinds.has(kind ?? '')),
    nodes,
  };
}

describe('kdd-cleaner v3 --confirm', () => {
  it('removes exactly the four definitions, and they come back from its backup byte by byte', async () => {
    const [texts, rest] = [await v3Texts(jobs.client), await others()];
    const { exitCode, stdout, sentence } = await clean('--confirm');
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      new RegExp(
        `^deleted and verified: 4 CustomResourceDefinitions of Calico 3\\.0, and with them ${V3_COUNT} objects`,
      ),
    );
    assert.match(stdout, /warning: 2 NetworkPolicy objects of Calico 3\.0: 2\.6 has no such kind/);
    assert.deepEqual(await v3Texts(jobs.client), []);
    assert.deepEqual(await others(), rest);

    const [name = ''] = await backupNames(jobs.client);
    const files = await configMapBackupStore(jobs.client, 'default').load(name);
    const input = files.get('customresourcedefinitions.json') ?? '';
    const created = await jobs.cluster.kubectl(['create', '-f', '-'], { input });
    assert.equal(created.exitCode, 0, created.stderr);
    const wait = ['wait', '--for=condition=established', ...NEW_IN_3_0.map(kind => `crd/${crdName(kind)}`)];
    assert.equal((await jobs.cluster.kubectl(wait)).exitCode, 0);
    const restored = await jobs.run(['restore', '--backup', name]);
    assert.equal(restored.exitCode, 0, restored.stdout);
    assert.deepEqual(await v3Texts(jobs.client), texts);
  });

  it('has nothing to do the second time', async () => {
    assert.equal((await clean('--confirm')).exitCode, 0);
    const found = await readContent(jobs.client);
    assert.match((await clean('--confirm')).sentence, /^nothing to delete: none of the four definitions/);
    assert.deepEqual(await readContent(jobs.client), found);
  });

  it('finishes a run that was killed at each write in turn', { timeout: 1_800_000 }, async () => {
    const { proxy, kubeconfig } = proxied;
    // A bundle starts fast, and there are many runs.
    await using bundle = await buildBundle();
    const { main } = bundle;
    const rest = await others();
    const match = { writes: true, path: /^(?!.*subjectaccessreviews)/ };
    for (let at = 1; ; at += 1) {
      for (const when of ['before', 'after'] as const) {
        proxy.reset();
        const job = startJob(['kdd-cleaner', 'v3', '--confirm'], { kubeconfig, main });
        const exited = once(job.child, 'exit');
        const call = () => {
          job.child.kill('SIGKILL');
          return exited;
        };
        proxy.setFaults([{ match, at, action: { do: 'call', when, call } }]);
        await job.result;
        const ended = job.child.signalCode === null;
        proxy.reset();
        assert.match((await clean('--confirm')).sentence, /^(deleted and verified|nothing to delete)/);
        assert.deepEqual(await v3Texts(jobs.client), []);
        assert.deepEqual(await others(), rest);
        if (ended) return assert.ok(at > 7, `${at} writes`);
        await defineV3(jobs.client);
      }
    }
  });

  for (const [what, fault] of [
    ['lost answers', { each: true, action: { do: 'reset-after' } }],
    ['503', { each: true, action: { do: 'status', code: 503 } }],
    [
      'conflicts',
      { each: true, match: { writes: true, path: /^(?!.*reviews)/ }, action: { do: 'status', code: 409 } },
    ],
  ] satisfies readonly (readonly [string, Fault])[]) {
    it(`survives ${what}`, async () => {
      const { exitCode, stdout } = await proxied.run(['kdd-cleaner', 'v3', '--confirm'], [fault]);
      assert.equal(exitCode, 0, stdout);
      assert.deepEqual(await v3Texts(jobs.client), []);
    });
  }

  it('leaves a definition alone that somebody made anew during the run', async () => {
    const [kind] = NEW_IN_3_0;
    assert.ok(kind);
    const again = async () => {
      await deleteCrd(jobs.client, crdName(kind));
      await defineV3(jobs.client);
    };
    const { exitCode, sentence } = await proxied.run(
      ['kdd-cleaner', 'v3', '--confirm'],
      [{ match: { methods: ['DELETE'] }, action: { do: 'call', when: 'before', call: again } }],
    );
    assert.equal(exitCode, 3);
    assert.match(
      sentence,
      /felixconfigurations\.crd\.projectcalico\.org was deleted and made anew during the run/,
    );
    assert.ok(await get(jobs.client, CRDS, crdName(kind)));
  });

  it('saves what was made after it looked', async () => {
    const kind = NEW_IN_3_0[3] ?? assert.fail();
    const policy = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default.late', namespace: 'default' },
      spec: { selector: 'all()' },
    };
    const { exitCode, stdout } = await proxied.run(
      ['kdd-cleaner', 'v3', '--confirm'],
      [
        {
          match: { methods: ['DELETE'], path: /bgpconfigurations/ },
          action: { do: 'call', when: 'after', call: () => create(jobs.client, kind, policy, 'default') },
        },
      ],
    );
    assert.equal(exitCode, 0, stdout);
    const store = configMapBackupStore(jobs.client, 'default');
    const backups = await Promise.all((await backupNames(jobs.client)).map(name => store.load(name)));
    assert.ok(backups.some(files => files.get('crd-objects.json')?.includes('default.late')));
  });
});

describe('kdd-cleaner v3 changes nothing', () => {
  const refused = async (sentence: RegExp) => {
    const found = [await v3Texts(jobs.client), await readContent(jobs.client)];
    const { exitCode, stdout, ...result } = await clean('--confirm');
    assert.equal(exitCode, 3, stdout);
    assert.match(result.sentence, sentence);
    assert.deepEqual([await v3Texts(jobs.client), await readContent(jobs.client)], found);
  };

  it('that nobody confirmed', async () => {
    const found = [await v3Texts(jobs.client), await readContent(jobs.client)];
    const { exitCode, sentence, stdout } = await clean();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      /^dry run: 4 CustomResourceDefinitions .* to delete\. To do it, start again with --confirm/,
    );
    assert.deepEqual([await v3Texts(jobs.client), await readContent(jobs.client)], found);
  });

  it('where a part of Calico 3.0 still runs', async () => {
    await createPod(jobs.client, 'left', { image: 'quay.io/calico/node:v3.0.1' });
    await createPod(jobs.client, 'typha', {
      container: 'calico-typha',
      image: 'quay.io/calico/typha:v0.6.0',
    });
    await refused(
      /Pod left has .*v3\.0\.1, which is Calico 3\.0\.1; Pod typha has .*typha:v0\.6\.0, which is not of Calico 2\.6.*\(check calico-nodes\)/,
    );
    for (const name of ['left', 'typha']) {
      await deleteObject(jobs.client, PODS, name, 'kube-system');
      await untilGone(jobs.client, PODS, name, 'kube-system');
    }
  });

  it('where 2.6 would be left without its data', async () => {
    await deleteCrd(jobs.client, 'ippools.crd.projectcalico.org');
    await deleteCrd(jobs.client, 'globalfelixconfigs.crd.projectcalico.org');
    await refused(
      /CustomResourceDefinition globalfelixconfigs\S+ is missing; .*ippools\S+ is missing; there is no GlobalFelixConfig \(check old-data\)/,
    );
  });

  it("where one of the names is somebody else's", async () => {
    const kind = NEW_IN_3_0[3] ?? assert.fail();
    await deleteCrd(jobs.client, crdName(kind));
    const { exitCode } = await jobs.cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1beta1',
        kind: 'CustomResourceDefinition',
        metadata: { name: crdName(kind) },
        spec: {
          group: kind.group,
          version: 'v1',
          scope: 'Cluster',
          names: { kind: 'NetworkPolicy', plural: kind.plural, singular: kind.singular },
        },
      }),
    });
    assert.equal(exitCode, 0);
    await refused(
      /networkpolicies\.crd\.projectcalico\.org is not Calico's: spec\.scope: found Cluster, expected Namespaced/,
    );
  });
});

describe('each right of manifests/kdd-v3-cleanup-job.yaml', () => {
  const rights = manifestRights(MANIFEST);
  const ONLY_1_7 = ['list daemonsets.extensions in kube-system'];
  const [, crds] = CUSTOM_RESOURCE_DEFINITIONS;
  const pods = process.env.CALICO_UPGRADE_POD_LABELS;
  before(() => {
    process.env.CALICO_UPGRADE_POD_LABELS = '/dev/null';
  });
  after(() => {
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
      const result = await jobs.run(['kdd-cleaner', 'v3', '--confirm'], { kubeconfig, env });
      assert.equal(result.exitCode, 3, result.stdout);
      assert.equal(result.sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
    });
    assert.deepEqual([await v3Texts(jobs.client), await readContent(jobs.client)], found);
    assert.equal((await list(jobs.client, PODS, { namespace: 'kube-system' }))?.length, 2);
  });
});
