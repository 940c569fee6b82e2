import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { deleteCrd, deleteObject, untilGone } from '../clean-cluster.ts';
import { backupNames, readContent } from '../content.ts';
import { CRDS } from '../resources.ts';
import { createPod } from '../upgraded-calico.ts';
import { useProxy } from '../use-proxy.ts';
import { defineV3, otherContent, useDowngradedCluster, V3_COUNT, v3Texts } from './v3-cluster.ts';

const jobs = useDowngradedCluster();
const proxied = useProxy(jobs, 'kdd-v3-cleanup-job.yaml');
const clean = (...args: readonly string[]) => jobs.run(['kdd-cleaner', 'v3', ...args]);

describe('kdd-cleaner v3 --confirm', () => {
  it('removes exactly the four definitions, and they come back from its backup byte by byte', async () => {
    const [texts, rest] = [await v3Texts(jobs.client), await otherContent(jobs.client)];
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
    assert.deepEqual(await otherContent(jobs.client), rest);

    const [name = ''] = await backupNames(jobs.client);
    const early = await jobs.run(['restore', '--backup', name]);
    assert.equal(early.exitCode, 3, early.stdout);
    assert.match(
      early.sentence,
      /does not define .*\. First create customresourcedefinitions\.json of the backup/,
    );
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
    assert.match(result.sentence, /^nothing was deleted: /);
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
