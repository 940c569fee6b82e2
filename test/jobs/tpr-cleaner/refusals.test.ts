import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DAEMON_SETS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import { OLD_NODES } from '../../demo/old-cluster.ts';
import { readContent } from '../content.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { installCalico, kubectlManifest } from '../upgraded-calico.ts';
import { COPIED_OBJECTS } from './cleaner-cluster.ts';
import { beside, changed, pod, type Sabotage, without } from './sabotage.ts';

const NAMESPACE = 'kube-system';
const [DAEMON_SET_API] = DAEMON_SETS;
const POOL = kindNamed('IpPool');
const POOL_NAME = '10-64-0-0-16';
const CONFIG = kindNamed('GlobalConfig');

const config = (name: string, namespace: string): KubeObject => ({
  apiVersion: 'projectcalico.org/v1',
  kind: 'GlobalConfig',
  metadata: { name, namespace },
  spec: { name, value: 'true' },
});

const nodeEnv = (value: string) => ({
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'calico-node', image: 'calico/node:v2.5.1', env: [{ name: 'DATASTORE_TYPE', value }] },
        ],
      },
    },
  },
});

const nodeImage = (image: string) => ({
  spec: {
    template: {
      spec: {
        containers: [{ name: 'calico-node', image, env: [{ name: 'DATASTORE_TYPE', value: 'kubernetes' }] }],
      },
    },
  },
});

const daemonSet = (fields: Record<string, unknown>): Sabotage => {
  if (!DAEMON_SET_API) throw new Error('no form of DaemonSets');
  return changed(DAEMON_SET_API, 'calico-node', fields, nodeImage('calico/node:v2.5.1'), NAMESPACE);
};

const CASES: readonly (readonly [what: string, sabotage: Sabotage, sentence: RegExp, detail?: RegExp])[] = [
  [
    'a copy is missing',
    without(POOL.crd, POOL_NAME),
    /1 old object or definition without an equal copy: .*\(check copies\)/,
    /error: IpPool kube-system\/10-64-0-0-16: has no copy, IPPool 10-64-0-0-16 is missing\. .*kubectl -n kube-system delete ippools\.projectcalico\.org 10-64-0-0-16/,
  ],
  [
    'a copy differs in one field',
    changed(POOL.crd, POOL_NAME, { spec: { disabled: true } }, { spec: { disabled: null } }),
    /\(check copies\)/,
    /error: IpPool kube-system\/10-64-0-0-16: its copy IPPool 10-64-0-0-16 differs \(spec\.disabled: found true, wanted nothing\)/,
  ],
  [
    'what nodes rewrite differs in more than its value',
    changed(
      CONFIG.crd,
      'clustertype',
      { spec: { value: 'x', further: 'y' } },
      { spec: { value: 'k8s,bgp,KDD', further: null } },
    ),
    /\(check copies\)/,
    /its copy GlobalFelixConfig clustertype differs/,
  ],
  [
    'an object is where Calico never read it',
    beside(CONFIG.tpr, config('stray', 'staging')),
    /\(check copies\)/,
    /error: GlobalConfig staging\/stray: has no copy, as Calico reads .*kubectl -n staging delete globalconfigs\.projectcalico\.org stray/,
  ],
  [
    'an object cannot be converted',
    beside(POOL.tpr, { ...config('broken', NAMESPACE), kind: 'IpPool', spec: { value: '{' } }),
    /\(check copies\)/,
    /error: IpPool kube-system\/broken: spec\.value: /,
  ],
  [
    'somebody else has a ThirdPartyResource in the group',
    beside(THIRD_PARTY_RESOURCES, {
      apiVersion: 'extensions/v1beta1',
      kind: 'ThirdPartyResource',
      metadata: { name: 'foreign-kind.projectcalico.org' },
      versions: [{ name: 'v1' }],
    }),
    /\(check copies\)/,
    /ThirdPartyResource foreign-kind\.projectcalico\.org: is not Calico's, but of its API group/,
  ],
  [
    'a pod runs 2.4',
    pod('old', { image: 'quay.io/calico/node:v2.4.1' }),
    /Pod old has quay\.io\/calico\/node:v2\.4\.1, which is Calico 2\.4\.1.*\(check calico-nodes\)/,
  ],
  ['a pod is not Ready', pod('slow', { ready: false }), /Pod slow is not Ready.*\(check calico-nodes\)/],
  [
    'a pod of any name runs calico-node',
    pod('by-hand', { account: 'default', image: 'calico/node:v1.3.0' }),
    /Pod by-hand has calico\/node:v1\.3\.0, which is Calico 2\.3\.0/,
  ],
  [
    'an image tells no release',
    pod('own-tag', { image: 'example.com/node:prod' }),
    /Pod own-tag has example\.com\/node:prod, which tells no release: .*--node-image/,
  ],
  [
    'the DaemonSet would start 2.4 again',
    daemonSet(nodeImage('calico/node:v2.4.1')),
    /DaemonSet calico-node has calico\/node:v2\.4\.1/,
  ],
  [
    'Calico keeps its data in etcd',
    daemonSet(nodeEnv('etcdv2')),
    /Calico keeps its data in etcd .*\(check datastore\)/,
  ],
  [
    'calico-node may not use its CRD objects',
    async ({ cluster }) => {
      await kubectlManifest(cluster, 'delete', 'rbac-kdd.yaml');
      return () => kubectlManifest(cluster, 'apply', 'rbac-kdd.yaml');
    },
    /calico-node may not: create, get, list, update, watch globalfelixconfigs\.crd\.projectcalico\.org \(service account kube-system\/calico-node\).* Apply manifests\/rbac-kdd\.yaml first \(check calico-rights\)/,
  ],
];

describe('tpr-cleaner --confirm refuses, and touches nothing, where', () => {
  let jobs: JobCluster;
  before(async () => {
    jobs = await startJobCluster();
    await seedObjects(jobs.client, COPIED_OBJECTS);
    await seedNodes(jobs.client, OLD_NODES);
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', '--backup', 'none']);
    assert.equal(exitCode, 0, stdout);
    await installCalico(jobs.client);
    await kubectlManifest(jobs.cluster, 'apply', 'rbac-kdd.yaml');
  });
  after(() => jobs?.stop());
  const refused = async (args: readonly string[], sentence: RegExp, detail = /./) => {
    const found = await readContent(jobs.client);
    const result = await jobs.run(['tpr-cleaner', ...args]);
    assert.equal(result.exitCode, 3, result.stdout);
    assert.match(result.sentence, /^nothing was deleted: /);
    assert.match(result.sentence, sentence);
    assert.match(result.stdout, detail);
    assert.deepEqual(await readContent(jobs.client), found);
  };

  for (const [what, sabotage, sentence, detail] of CASES) {
    it(what, async () => {
      const undo = await sabotage(jobs);
      try {
        await refused(['--confirm'], sentence, detail);
        await refused([], sentence, detail);
      } finally {
        await undo();
      }
    });
  }

  it('several things are wrong, and names all of them', async () => {
    const undo = [
      await pod('old', { image: 'quay.io/calico/node:v2.4.1' })(jobs),
      await without(POOL.crd, POOL_NAME)(jobs),
    ];
    try {
      await refused(['--confirm'], /Pod old has .*\(check calico-nodes\)\. 1 old object .*\(check copies\)$/);
    } finally {
      for (const one of undo) await one();
    }
  });

  it('there is to be no backup', async () => {
    const { exitCode, sentence } = await jobs.run(['tpr-cleaner', '--confirm', '--backup', 'none']);
    assert.equal(exitCode, 2);
    assert.match(sentence, /tpr-cleaner deletes nothing without a backup/);
  });

  it('nothing is wrong any more, does not refuse, and trusts an image that a person vouches for', async () => {
    const image = 'example.com/node:prod';
    const undo = await pod('own-tag', { image })(jobs);
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-cleaner', '--node-image', image]);
    await undo();
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^dry run: 5 ThirdPartyResources to delete/);
    assert.match(stdout, /plan +calico-node may not use ThirdPartyResources any more/);
  });
});
