import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { configMapBackupStore } from '../../../jobs/lib/run/backup-configmap.ts';
import { seedObjects } from '../../cluster/seed.ts';
import type { Fault } from '../../faults/fault.ts';
import { backupNames, readCrdObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { type ProxiedCluster, useProxy } from '../use-proxy.ts';
import { COPIED_OBJECTS, tprTexts, useCleanerCluster } from './cleaner-cluster.ts';

// Between the deletion of the last ThirdPartyResource and its effect, 1.7 takes up to 10 s.
const jobs = useCleanerCluster({ tpr: { delayMs: 3_000 } });
const proxied: ProxiedCluster = useProxy(jobs, 'tpr-cleanup-job.yaml');

const POOL = kindNamed('IpPool');
const LAST = /thirdpartyresources\/global-bgp-peer\.projectcalico\.org$/;
const FIRST = /thirdpartyresources\/global-config\.projectcalico\.org$/;

const latePool: KubeObject = {
  apiVersion: 'projectcalico.org/v1',
  kind: 'IpPool',
  metadata: { name: '10-99-0-0-16', namespace: 'kube-system' },
  spec: { value: '{"cidr":"10.99.0.0/16"}' },
};

const createLate = () => seedObjects(jobs.client, [{ plural: 'ippools', object: latePool }]);

const copyLate = () =>
  create(jobs.client, POOL.crd, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'IPPool',
    metadata: { name: '10-99-0-0-16' },
    spec: { cidr: '10.99.0.0/16' },
  });

/** Does something when the deletion of a ThirdPartyResource is about to reach the server, or has been done. */
const at = (path: RegExp, when: 'before' | 'after', call: () => Promise<unknown>): Fault => ({
  match: { methods: ['DELETE'], path },
  action: { do: 'call', when, call },
});

/** Every backup that the run left, put together. */
async function savedTexts(): Promise<string> {
  const store = configMapBackupStore(jobs.client, 'default');
  const backups = await Promise.all((await backupNames(jobs.client)).map(name => store.load(name)));
  return backups.flatMap(files => [...files.values()]).join('\n');
}

describe('what changes while tpr-cleaner works', () => {
  it('is saved and stops the deletion of the group, where it has no copy', async () => {
    await jobs.upgraded();
    const { exitCode, sentence, stdout } = await proxied.run(
      ['tpr-cleaner', '--confirm'],
      [at(FIRST, 'after', createLate)],
    );
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /^the last ThirdPartyResource of projectcalico\.org was not deleted, and its objects are all there \(deleted so far: global-config\.projectcalico\.org, .*\): 1 problem appeared/,
    );
    assert.equal((await list(jobs.client, POOL.tpr))?.length, 8);
    assert.match(await savedTexts(), /10-99-0-0-16/);

    await copyLate();
    const second = await jobs.cleanAway();
    assert.match(second.sentence, new RegExp(`and with them ${COPIED_OBJECTS.length + 1} objects`));
    assert.deepEqual(await tprTexts(jobs), []);
  });

  it('is saved anew, where it has its copy', async () => {
    await jobs.upgraded();
    const both = async () => {
      await createLate();
      await copyLate();
    };
    const { exitCode, stdout } = await proxied.run(['tpr-cleaner', '--confirm'], [at(FIRST, 'after', both)]);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /the old data changed during the run, and is saved anew/);
    assert.equal((await backupNames(jobs.client)).length, 2);
  });

  it('stops the deletion, where a copy is changed', async () => {
    await jobs.upgraded();
    const spoil = () =>
      patch(jobs.client, POOL.crd, { metadata: { name: '10-64-0-0-16' } }, { spec: { disabled: true } });
    const { exitCode, stdout } = await proxied.run(['tpr-cleaner', '--confirm'], [at(FIRST, 'after', spoil)]);
    assert.equal(exitCode, 3, stdout);
    assert.equal((await list(jobs.client, POOL.tpr))?.length, 7);
  });

  for (const when of ['before', 'after'] as const) {
    it(`is saved before it is destroyed, where it appears ${when} the last deletion`, async () => {
      await jobs.upgraded();
      const { exitCode, sentence, stdout } = await proxied.run(
        ['tpr-cleaner', '--confirm'],
        [at(LAST, when, createLate)],
      );
      assert.equal(exitCode, 4, stdout);
      assert.match(stdout, /error: IpPool kube-system\/10-99-0-0-16: has no copy/);
      const [, name = ''] = /restore --backup (\S+) brings all back/.exec(sentence) ?? assert.fail(sentence);
      assert.equal(await list(jobs.client, POOL.tpr), undefined);

      const restored = await jobs.run(['restore', '--backup', name, '--settle', '5']);
      assert.equal(restored.exitCode, 0, restored.stdout);
      assert.equal((await list(jobs.client, POOL.tpr))?.length, 8);
      assert.deepEqual(
        (await get(jobs.client, POOL.tpr, '10-99-0-0-16', 'kube-system'))?.spec,
        latePool.spec,
      );
    });
  }
});

describe('old data that stays', () => {
  it('is said, and the next run waits for it', async () => {
    await jobs.upgraded();
    const copies = await readCrdObjects(jobs.client);
    const first = await jobs.clean('--confirm', '--wait', '0.1');
    assert.equal(first.exitCode, 1, first.stdout);
    assert.match(
      first.sentence,
      /^after 0\.1 s still served, though no ThirdPartyResource of projectcalico\.org is left: GlobalConfig \(14\), .*No API server has removed it/,
    );
    const second = await jobs.cleanAway();
    assert.match(second.stdout, /plan +warning: projectcalico\.org: nothing is defined any more|: gone/);
    assert.deepEqual(await tprTexts(jobs), []);
    assert.deepEqual(await readCrdObjects(jobs.client), copies);
  });

  it('is said, where somebody defines it again', async () => {
    await jobs.upgraded();
    const again = () =>
      create(jobs.client, THIRD_PARTY_RESOURCES, {
        apiVersion: 'extensions/v1beta1',
        kind: 'ThirdPartyResource',
        metadata: { name: 'ip-pool.projectcalico.org' },
        versions: [{ name: 'v1' }],
      });
    const { exitCode, sentence, stdout } = await proxied.run(
      ['tpr-cleaner', '--confirm', '--wait', '5'],
      [at(LAST, 'after', again)],
    );
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, /somebody defined ip-pool\.projectcalico\.org again, as a calico-node 2\.4 does/);
    assert.equal((await list(jobs.client, POOL.tpr))?.length, 7);
  });
});
