import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CONFIG_MAPS, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { readContent, readCrdObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster();
const FELIX = kindNamed('GlobalConfig').crd;
beforeEach(async () => {
  await seedRecording(jobs.client, MIXED);
});

const install = (options: Parameters<typeof calicoDaemonSet>[0]) =>
  create(jobs.client, ...calicoDaemonSet(options));

const configMap = (name: string, data: Readonly<Record<string, string>>) =>
  create(jobs.client, CONFIG_MAPS, { metadata: { name, namespace: 'kube-system' }, data }, 'kube-system');

/** Asserts that a run is refused by these checks, in a sentence that has all of this, and writes nothing. */
async function assertRefused(checks: readonly string[], ...texts: readonly (string | RegExp)[]) {
  const found = await readContent(jobs.client);
  const { exitCode, sentence, stdout } = await jobs.run(['tpr-to-crd']);
  assert.equal(exitCode, 3, stdout);
  assert.deepEqual(
    [...sentence.matchAll(/\(check ([a-z-]+)\)/g)].map(([, name]) => name),
    checks,
  );
  for (const text of texts) {
    assert.ok(typeof text === 'string' ? sentence.includes(text) : text.test(sentence), sentence);
  }
  assert.deepEqual(await readContent(jobs.client), found);
}

describe('Calico with its data in etcd is refused, since nothing has to be copied', () => {
  const texts = ['Calico keeps its data in etcd', 'Nothing has to be copied for 2.5'];

  it('as the variable of the DaemonSet says', async () => {
    await install({ env: { DATASTORE_TYPE: 'etcdv2' } });
    await assertRefused(['datastore'], ...texts);
  });

  it('as the DaemonSet without the variable says', async () => {
    await install({ env: { DATASTORE_TYPE: undefined, ETCD_ENDPOINTS: 'http://10.0.0.1:2379' } });
    await assertRefused(['datastore'], ...texts);
  });

  it('as the ConfigMap says that the variable comes from', async () => {
    await configMap('calico-config', { datastore: 'etcdv2' });
    await install({ env: { DATASTORE_TYPE: { configMap: 'calico-config', key: 'datastore' } } });
    await assertRefused(['datastore'], ...texts);
  });

  it('as the ConfigMap alone says, where there is no DaemonSet', async () => {
    await configMap('calico-config', { etcd_endpoints: 'http://10.0.0.1:2379' });
    await assertRefused(['datastore'], ...texts);
  });
});

describe('Calico 2.5 or later is refused, since it works on the CRDs already', () => {
  const next = 'Put the old version back first, or compare by hand and use --force calico-version';

  it('in the DaemonSet, with its image', async () => {
    await install({ image: 'quay.io/calico/node:v2.5.1' });
    await assertRefused(['calico-version'], 'DaemonSet calico-node has quay.io/calico/node:v2.5.1', next);
  });

  it('in the DaemonSet of Canal', async () => {
    await install({ name: 'canal', image: 'quay.io/calico/node:v2.6.12' });
    await assertRefused(['calico-version'], 'DaemonSet canal has quay.io/calico/node:v2.6.12', next);
  });

  it('in one pod, although the DaemonSet is at 2.4', async () => {
    await install({ image: 'quay.io/calico/node:v2.4.1' });
    await podOf('calico-node', 'quay.io/calico/node:v2.5.0');
    await assertRefused(['calico-version'], 'Pod calico-node-x7k2p has quay.io/calico/node:v2.5.0', next);
  });

  it('in a pod, although there is no DaemonSet', async () => {
    await podOf('canal', 'quay.io/calico/node:v2.5.0');
    await assertRefused(['calico-version'], 'Pod canal-x7k2p has quay.io/calico/node:v2.5.0', next);
  });

  it('by its setting CalicoVersion among the CRD objects, where no image tells', async () => {
    await install({ image: 'registry.example.com/calico-node' });
    assert.equal((await jobs.run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
    const setting = { metadata: { name: 'calicoversion' } };
    await patch(jobs.client, FELIX, setting, { spec: { value: 'v2.5.0' } });
    await assertRefused(['calico-version'], 'the setting CalicoVersion says v2.5.0', next);
  });

  /** A pod that the DaemonSet finds by its label. */
  const podOf = (name: string, image: string) => {
    const namespace = 'kube-system';
    const metadata = { name: `${name}-x7k2p`, namespace, labels: { 'k8s-app': name } };
    const spec = { automountServiceAccountToken: false, containers: [{ name: 'calico-node', image }] };
    return create(jobs.client, PODS, { metadata, spec }, namespace);
  };
});

describe('several reasons', () => {
  beforeEach(() => install({ image: 'calico/node:v2.6.2', env: { DATASTORE_TYPE: 'etcdv2' } }));

  it('are given all at once', () => assertRefused(['datastore', 'calico-version']));

  it('still count with --force for one of them', async () => {
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd', '--force', 'datastore']);
    assert.equal(exitCode, 3, stdout);
    assert.match(stdout, /^\S+ {2}preflight {2}warning: forced, although Calico keeps its data in etcd/m);
    assert.match(sentence, /^Calico 2\.5 or later is already here: .* \(check calico-version\)$/);
    assert.deepEqual(await readCrdObjects(jobs.client), []);
  });

  for (const { how, args, env } of [
    { how: 'options', args: ['--force', 'datastore', '--force', 'calico-version'], env: {} },
    { how: 'the variable', args: [], env: { CALICO_UPGRADE_FORCE: 'datastore, calico-version' } },
  ]) {
    it(`are only warnings where ${how} names all of them`, async () => {
      const { exitCode, stdout } = await jobs.run(['tpr-to-crd', ...args], { env });
      assert.equal(exitCode, 0, stdout);
      assert.equal(stdout.match(/warning: forced, although /g)?.length, 2);
      assert.equal((await readCrdObjects(jobs.client)).length, MIXED.tprs.length);
    });
  }
});

describe('what was found', () => {
  it('is in the log: versions, flavour and datastore', async () => {
    await install({ name: 'canal', image: 'quay.io/calico/node:v1.3.0' });
    const { stdout } = await jobs.run(['tpr-to-crd', '--dry-run']);
    const lines = [...stdout.matchAll(/^\S+ {2}preflight {2}(.*)$/gm)].map(([, line = '']) => line);
    const [kubernetes, ...others] = lines;
    assert.match(kubernetes ?? '', /^Kubernetes v1\.20\./);
    assert.deepEqual(others, [
      'CustomResourceDefinitions are served',
      'ThirdPartyResources are served',
      'all rights are there',
      'Kubernetes datastore, Canal',
      'Calico 2.3.0',
    ]);
  });

  it('does not matter where other DaemonSets and pods of kube-system are newer', async () => {
    await install({});
    await install({ name: 'typha', image: 'quay.io/calico/typha:v3.0.1' });
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', '--dry-run']);
    assert.equal(exitCode, 0, stdout);
  });
});
