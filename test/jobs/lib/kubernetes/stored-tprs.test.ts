import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TPR_KINDS } from '../../../../jobs/lib/calico/tpr-kinds.ts';
import { connectEtcdV3 } from '../../../../jobs/lib/etcd/v3.ts';
import { readStoredTprs } from '../../../../jobs/lib/kubernetes/stored-tprs.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { etcdWriter, putAll, storeRevision } from '../etcd/seed.ts';
import { recordedEntries, servedObject } from './recorded-tprs.ts';

const POLICIES = 'system-network-policy.alpha.projectcalico.org';
const GENERATED = 3000;

/** A GlobalConfig in the JSON encoding of the API server. */
function jsonInstance(name: string, value: string, namespace = 'kube-system'): [string, Buffer] {
  const instance = {
    apiVersion: 'projectcalico.org/v1',
    kind: 'GlobalConfig',
    metadata: { name },
    spec: { name, value },
  };
  const stored = {
    kind: 'ThirdPartyResourceData',
    apiVersion: 'extensions/v1beta1',
    metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: '2026-11-20T10:27:22Z' },
    data: Buffer.from(JSON.stringify(instance)).toString('base64'),
  };
  const key = `/registry/ThirdPartyResourceData/projectcalico.org/globalconfigs/${namespace}/${name}`;
  return [key, Buffer.from(`${JSON.stringify(stored)}\n`)];
}

describe('ThirdPartyResources in the etcd of a cluster', () => {
  let etcd: Etcd;
  let revision: string;

  before(async () => {
    etcd = await startEtcd();
    const writer = etcdWriter(etcd.endpoint);
    await putAll(
      writer,
      recordedEntries().map(({ key, value }) => [key, value]),
    );
    const generated = Array.from({ length: GENERATED }, (_, i) =>
      jsonInstance(`generated-${i}`, `value ${i}`),
    );
    await putAll(writer, generated);
    await putAll(writer, [
      jsonInstance('elsewhere', 'x', 'default'),
      // Of others, in a form that we could not read.
      ['/registry/thirdpartyresources/cron-tab.stable.example.com', Buffer.from('?')],
      ['/registry/ThirdPartyResourceData/stable.example.com/crontabs/default/x', Buffer.from('?')],
      ['/registry/ThirdPartyResourceData/projectcalico.org/globalconfigsets/kube-system/x', Buffer.from('?')],
    ]);
    revision = await storeRevision(writer);
    writer.close();
  });
  after(() => etcd.stop());

  const read = (prefix?: string) => {
    const client = connectEtcdV3({ endpoints: [etcd.endpoint], requestTimeoutMs: 5_000 });
    const options = { kinds: TPR_KINDS, ...(prefix === undefined ? {} : { prefix }) };
    return readStoredTprs(client, options).finally(() => client.close());
  };

  it('are all found, as the API server served them', async () => {
    const { definitions, instances } = await read();
    assert.deepEqual(
      definitions.map(({ kind, metadata }) => [kind, metadata.name]),
      [...TPR_KINDS].map(kind => ['ThirdPartyResource', kind.tprName]).sort(),
    );
    assert.deepEqual(
      [...instances].map(([name, objects]) => [name, objects.length]),
      [
        ['global-config.projectcalico.org', GENERATED + 3],
        ['global-bgp-config.projectcalico.org', 1],
        ['ip-pool.projectcalico.org', 2],
        ['global-bgp-peer.projectcalico.org', 1],
        [POLICIES, 1],
      ],
    );
    const [policy] = instances.get(POLICIES) ?? [];
    const served = servedObject('tpr instance merge patch');
    const { resourceVersion } = policy?.metadata ?? {};
    assert.deepEqual(policy, { ...served, metadata: { ...served.metadata, resourceVersion } });
    // The recorded entries were the first transaction of this store.
    assert.equal(resourceVersion, '2');
  });

  it('return every generated instance', async () => {
    const configs = (await read()).instances.get('global-config.projectcalico.org') ?? [];
    const generated = configs.filter(({ metadata }) => metadata.name.startsWith('generated-'));
    assert.equal(new Set(generated.map(({ metadata }) => metadata.name)).size, GENERATED);
    for (const { metadata, spec } of generated) {
      const number = metadata.name.slice('generated-'.length);
      assert.deepEqual(spec, { name: metadata.name, value: `value ${number}` });
      assert.equal(metadata.uid, `uid-${metadata.name}`);
    }
  });

  it('are looked for below the prefix of the API server', async () => {
    const elsewhere = await read('/kubernetes.io/');
    assert.deepEqual(elsewhere.definitions, []);
    assert.deepEqual([...elsewhere.instances.values()].flat(), []);
    assert.equal((await read('registry/')).definitions.length, TPR_KINDS.length);
  });

  it('are read without writing', async () => {
    await read();
    const writer = etcdWriter(etcd.endpoint);
    assert.equal(await storeRevision(writer), revision);
    writer.close();
  });

  it('are refused when a value does not decode, with every such key', async () => {
    const base = '/registry/ThirdPartyResourceData';
    const bad = [
      `${base}/projectcalico.org/ippools/kube-system/bad`,
      `${base}/alpha.projectcalico.org/systemnetworkpolicys/kube-system/bad`,
    ];
    const writer = etcdWriter(etcd.endpoint);
    await putAll(
      writer,
      bad.map(key => [key, Buffer.from('k8s:enc:aescbc:v1:key1:xyz')]),
    );
    const error: unknown = await read().catch((reason: unknown) => reason);
    for (const key of bad) await writer.delete().key(key);
    writer.close();
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.outcome, 'refused');
    assert.ok(error.message.includes(`2 values in etcd cannot be read, first ${bad[0]}: it is encrypted`));
    assert.deepEqual(
      error.details.map(detail => detail.split(': ')[0]),
      bad,
    );
  });
});
