import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { seedObjects } from '../../cluster/seed.ts';
import type { Fault } from '../../faults/fault.ts';
import { deleteObject } from '../clean-cluster.ts';
import { readContent } from '../content.ts';
import { CHANGED_SPEC, patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { useProxy } from '../use-proxy.ts';
import { assertCopied, MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster(undefined, { keepCrds: true });
const proxied = useProxy(jobs);

const CONFIG = kindNamed('GlobalConfig');
const POOL = kindNamed('IpPool');
const LOG_LEVEL = { metadata: { name: 'logseverityscreen', namespace: 'kube-system' } };

/** Does something when the settings are all copied, and the pools are not. */
const duringCopy = (call: () => unknown): Fault => ({
  match: { methods: ['POST'], path: /^\/apis\/crd\.projectcalico\.org\/v1\/ippools/ },
  action: { do: 'call', when: 'before', call },
});

/** Does something when all is written and, in each round, before it is read back. */
const beforeVerify = (call: () => unknown, times = 1): Fault => ({
  match: { methods: ['GET'], path: /^\/apis\/projectcalico\.org\/v1\/globalconfigs/ },
  at: 2,
  times,
  action: { do: 'call', when: 'before', call },
});

/** Copies the mixed cluster while something happens. */
async function copyWhile(fault: Fault) {
  await seedRecording(jobs.client, MIXED);
  return proxied.run(['tpr-to-crd'], [fault]);
}

describe('a ThirdPartyResource object that during the run', () => {
  it('is changed after it was copied: its copy follows', async () => {
    const { client } = jobs;
    const change = () => patch(client, CONFIG.tpr, LOG_LEVEL, { spec: { value: 'debug' } });
    const { exitCode, stdout } = await copyWhile(duringCopy(change));
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /the data changed during the run: 1 write more/);
    const copy = await get(client, CONFIG.crd, 'logseverityscreen');
    assert.deepEqual(copy?.spec, { name: 'LogSeverityScreen', value: 'debug' });
  });

  it('is created: it is copied, too', async () => {
    const { client } = jobs;
    const object = {
      apiVersion: 'projectcalico.org/v1',
      kind: 'GlobalConfig',
      metadata: { name: 'chaininsertmode', namespace: 'kube-system' },
      spec: { name: 'ChainInsertMode', value: 'append' },
    };
    const { exitCode, stdout } = await copyWhile(
      duringCopy(() => seedObjects(client, [{ plural: 'globalconfigs', object }])),
    );
    assert.equal(exitCode, 0, stdout);
    const copy = await get(client, CONFIG.crd, 'chaininsertmode');
    assert.deepEqual(copy?.spec, object.spec);
  });

  it('is deleted: its copy stays, and the run ends with its name and what to do', async () => {
    const { client } = jobs;
    const remove = () => deleteObject(client, CONFIG.tpr, 'logseverityscreen', 'kube-system');
    const { exitCode, stdout } = await copyWhile(duringCopy(remove));
    assert.equal(exitCode, 4, stdout);
    assert.match(
      stdout,
      /GlobalFelixConfig logseverityscreen: its source GlobalConfig kube-system\/logseverityscreen was deleted during the run\. If the copy is not wanted either: kubectl delete globalfelixconfigs\.crd\.projectcalico\.org logseverityscreen/,
    );
    assert.ok(await get(client, CONFIG.crd, 'logseverityscreen'));
  });

  it('becomes one that cannot be converted: the run ends with the field, and advises no deletion', async () => {
    const { client } = jobs;
    const pool = { metadata: { name: '10-64-0-0-16', namespace: 'kube-system' } };
    const spoil = () => patch(client, POOL.tpr, pool, { spec: { value: '{' } });
    const { exitCode, stdout } = await copyWhile(duringCopy(spoil));
    assert.equal(exitCode, 4, stdout);
    assert.match(
      stdout,
      /error: IPPool 10-64-0-0-16: its source was broken during the run: IpPool kube-system\/10-64-0-0-16: spec\.value: /,
    );
    assert.doesNotMatch(stdout, /kubectl delete/);
  });

  it('does not come to rest: the run ends and says so', async () => {
    const { client } = jobs;
    let value = 0;
    const change = () => {
      value += 1;
      return patch(client, CONFIG.tpr, LOG_LEVEL, { spec: { value: String(value) } });
    };
    const { exitCode, sentence } = await copyWhile(beforeVerify(change, 100));
    assert.equal(exitCode, 4);
    assert.match(sentence, /^ThirdPartyResources kept changing through 5 rounds/);
  });
});

describe('a Node that during the run', () => {
  it('gets an IPv6 peer of its own: it is renamed, too', async () => {
    const { client } = jobs;
    const [prefix, peer] = ['peer.bgp.projectcalico.org/', '{"ip":"2001:db8::9","as_num":"65009"}'];
    const annotations = { [`${prefix}2001-db8--9`]: peer };
    const add = () => patch(client, NODES, { metadata: { name: 'node-0' } }, { metadata: { annotations } });
    const { exitCode, stdout } = await copyWhile(duringCopy(add));
    assert.equal(exitCode, 0, stdout);
    const node = await get(client, NODES, 'node-0');
    const found = Object.keys(node?.metadata.annotations ?? {}).filter(key => key.includes('2001'));
    assert.deepEqual(found, [`${prefix}2001-0db8-0000-0000-0000-0000-0000-0009`]);
  });
});

describe('a CRD object that somebody changes during the run', () => {
  /** None of those that nodes rewrite, and none that gets another name. */
  const names: Readonly<Record<string, string>> = {
    GlobalFelixConfig: 'logseverityscreen',
    GlobalBGPConfig: 'loglevel',
    IPPool: '10-64-0-0-16',
    BGPPeer: '192-0-2-1',
    GlobalNetworkPolicy: 'p',
  };

  for (const { crd } of TPR_KINDS) {
    it(`is found with the field: ${crd.kind}`, async () => {
      const { client } = jobs;
      const name = names[crd.kind] ?? '';
      const spec = CHANGED_SPEC[crd.kind];
      assert.ok(spec);
      const spoil = () => patch(client, crd, { metadata: { name } }, { spec });
      const { exitCode, stdout } = await copyWhile(beforeVerify(spoil));
      assert.equal(exitCode, 4, stdout);
      const [field] = Object.keys(spec);
      assert.match(stdout, new RegExp(`error: ${crd.kind} ${name}: differs.*\\(.*spec\\.${field}: found `));
    });
  }

  it('is tolerated where every node that starts does so: CalicoVersion and ClusterType', async () => {
    const { client } = jobs;
    const restart = async () => {
      for (const name of ['calicoversion', 'clustertype'])
        await patch(client, CONFIG.crd, { metadata: { name } }, { spec: { value: 'of a new node' } });
    };
    const { exitCode, stdout } = await copyWhile(beforeVerify(restart));
    assert.equal(exitCode, 0, stdout);
    const copy = await get(client, CONFIG.crd, 'calicoversion');
    assert.deepEqual(copy?.spec, { name: 'CalicoVersion', value: 'of a new node' });
  });

  it('is written again where it was deleted', async () => {
    const { client } = jobs;
    await seedRecording(client, MIXED);
    const found = await readContent(client);
    const remove = () => deleteObject(client, POOL.crd, '10-64-0-0-16');
    const { exitCode, stdout } = await proxied.run(['tpr-to-crd'], [beforeVerify(remove)]);
    assert.equal(exitCode, 0, stdout);
    assertCopied(MIXED, found, await readContent(client));
  });
});

describe('a CRD object that somebody creates before the run can', () => {
  it('is left alone and reported, with what differs', async () => {
    const { client } = jobs;
    const object = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPPool',
      metadata: { name: '10-64-0-0-16' },
      spec: { cidr: '10.64.0.0/16' },
    };
    const { exitCode, stdout } = await copyWhile(
      duringCopy(() => seedObjects(client, [{ plural: 'ippools', object }])),
    );
    assert.equal(exitCode, 4, stdout);
    assert.match(stdout, /error: IPPool 10-64-0-0-16: differs.*spec\.ipip/);
    assert.deepEqual((await get(client, POOL.crd, '10-64-0-0-16'))?.spec, object.spec);
  });
});
