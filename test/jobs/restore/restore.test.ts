import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { defineTprs, seedNodes, seedObjects } from '../../cluster/seed.ts';
import { OLD_NODES, OLD_OBJECTS } from '../../demo/old-cluster.ts';
import { deleteObject, untilGone } from '../clean-cluster.ts';
import { backupNames, readContent, readNodes, readTprObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { CRDS } from '../resources.ts';

const jobs = useJobCluster();
const POOL = kindNamed('IpPool').tpr;
const NAMESPACE = 'kube-system';
const POOL_NAME = '10-64-0-0-16';
const SHORT_KEY = 'peer.bgp.projectcalico.org/2001-db8--7';
const LONG_KEY = 'peer.bgp.projectcalico.org/2001-0db8-0000-0000-0000-0000-0000-0007';
const QUICK = ['--settle', '0.5'];

const poolObject = {
  apiVersion: 'projectcalico.org/v1',
  kind: 'IpPool',
  spec: { value: '{"cidr":"10.99.0.0/16"}' },
};

const contents = (objects: readonly KubeObject[]) => objects.map(withoutServerFields);

/** A Calico 2.4 cluster, and a backup of it. Returns the backup's name and what the cluster held. */
async function saved(where: readonly string[] = []) {
  const { client, run } = jobs;
  await defineTprs(client);
  await seedObjects(client, OLD_OBJECTS);
  await seedNodes(client, OLD_NODES);
  const { exitCode, stdout, sentence } = await run(['backup', ...where]);
  assert.equal(exitCode, 0, stdout);
  const backup = /restore --backup (\S+)/.exec(sentence)?.[1] ?? assert.fail(sentence);
  return { backup, tprs: contents(await readTprObjects(client)), nodes: await readNodes(client) };
}

const state = async () => ({
  tprs: contents(await readTprObjects(jobs.client)),
  nodes: await readNodes(jobs.client),
});

async function deleteTprs(): Promise<void> {
  const { client } = jobs;
  for (const { tprName } of TPR_KINDS) await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
}

/** Somebody changes a pool, and the AS number of a Node's own peer. */
async function changePoolAndPeer(): Promise<void> {
  const metadata = { name: POOL_NAME, namespace: NAMESPACE };
  await patch(jobs.client, POOL, { metadata }, { spec: { value: '{"cidr":"10.64.0.0/16"}' } });
  const annotations = { [SHORT_KEY]: '{"ip":"2001:db8::7","as_num":"65999"}' };
  await patch(jobs.client, NODES, { metadata: { name: 'node-2' } }, { metadata: { annotations } });
}

describe('restore', () => {
  it('brings back ThirdPartyResources that were deleted an instant ago, with their objects', async () => {
    const { backup, tprs, nodes } = await saved();
    await deleteTprs();
    const { exitCode, stdout, sentence } = await jobs.run(['restore', '--backup', backup, '--settle', '3']);
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      /^restored and verified from .*: 5 ThirdPartyResources defined, \d+ objects? created/,
    );
    assert.deepEqual(await state(), { tprs, nodes });
  });

  it('finds nothing to do in a cluster that is as it was', async () => {
    const { backup } = await saved();
    const before = await readContent(jobs.client);
    const { exitCode, sentence } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 0);
    assert.match(sentence, /0 ThirdPartyResources defined, 0 objects created, 36 there already$/);
    assert.deepEqual(await readContent(jobs.client), before);
  });

  it('gives Nodes the old keys back after a copy, and leaves the CRD objects alone', async () => {
    const { backup, nodes } = await saved();
    assert.equal((await jobs.run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
    const copied = await readContent(jobs.client);
    assert.ok(copied.nodes.some(({ annotations }) => LONG_KEY in annotations));
    const { exitCode, sentence } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 0);
    assert.match(sentence, /BGP peers of 2 nodes put back/);
    const { nodes: after, crdObjects } = await readContent(jobs.client);
    assert.deepEqual(after, nodes);
    assert.deepEqual(crdObjects, copied.crdObjects);
  });

  it('names what the cluster has beside the backup, and leaves it', async () => {
    const { backup } = await saved();
    const own = [
      { plural: 'ippools', object: { ...poolObject, metadata: { name: 'own', namespace: NAMESPACE } } },
    ];
    await seedObjects(jobs.client, own);
    const { exitCode, stdout } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /warning: ippools\.projectcalico\.org kube-system\/own: not in the backup/);
  });

  it('leaves out objects whose namespace is gone, and says how many', async () => {
    const { client, run } = jobs;
    const { backup } = await saved();
    const namespaces = {
      group: '',
      version: 'v1',
      plural: 'namespaces',
      kind: 'Namespace',
      namespaced: false,
    };
    await deleteObject(client, namespaces, 'staging');
    await untilGone(client, namespaces, 'staging');
    const { exitCode, stdout, sentence } = await run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /1 left out, whose namespace is gone/);
  });

  it('shows in a dry run what it would do, and does nothing', async () => {
    const { backup } = await saved();
    const metadata = { name: POOL_NAME, namespace: NAMESPACE };
    await deleteObject(jobs.client, POOL, metadata.name, metadata.namespace);
    const before = await readContent(jobs.client);
    const { exitCode, sentence } = await jobs.run(['restore', '--backup', backup, '--dry-run']);
    assert.equal(exitCode, 0);
    assert.match(sentence, /^dry run: 0 ThirdPartyResources to define, 1 object to create, .* 35 unchanged/);
    assert.deepEqual(await readContent(jobs.client), before);
  });
});

describe('restore, where objects differ from the backup', () => {
  it('stops before it defines or writes anything, and lists them', async () => {
    const { backup } = await saved();
    await changePoolAndPeer();
    await deleteObject(jobs.client, THIRD_PARTY_RESOURCES, 'global-config.projectcalico.org');
    const before = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, /^no object was written: 2 differences .*--on-conflict keep or overwrite/);
    assert.match(stdout, /error: ippools\.projectcalico\.org kube-system\/10-64-0-0-16: differs/);
    assert.match(stdout, /error: Node node-2: annotation \S+2001-db8--7: found .*65999.*65002/);
    assert.deepEqual(await readContent(jobs.client), before);
    await defineTprs(jobs.client);
  });

  it('leaves them with --on-conflict keep, and brings the rest back', async () => {
    const { backup } = await saved();
    await changePoolAndPeer();
    const wanted = await state();
    await deleteObject(jobs.client, POOL, '10-66-0-0-16', NAMESPACE);
    const { exitCode, stdout, sentence } = await jobs.run(
      ['restore', '--on-conflict', 'keep', '--backup', backup].concat(QUICK),
    );
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /1 object created, 2 that differ kept as they were/);
    assert.deepEqual(await state(), wanted);
  });

  it('puts them back with --on-conflict overwrite, and saves first what it overwrites', async () => {
    const { backup, tprs, nodes } = await saved();
    await changePoolAndPeer();
    const changed = await state();
    const overwrite = ['restore', '--on-conflict', 'overwrite', ...QUICK, '--backup'];
    const { exitCode, stdout } = await jobs.run([...overwrite, backup]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await state(), { tprs, nodes });

    const others = (await backupNames(jobs.client)).filter(name => name !== backup);
    assert.equal(others.length, 1, stdout);
    assert.equal((await jobs.run([...overwrite, others[0] ?? ''])).exitCode, 0);
    assert.deepEqual(await state(), changed);
  });
});

describe('restore from a directory', () => {
  it('reads the backup, and says which file is damaged', async () => {
    const root = join(jobs.cluster.directory, 'backups');
    const { backup, tprs, nodes } = await saved(['--backup', root]);
    assert.deepEqual(await readdir(root), [backup.slice(root.length + 1)]);
    await deleteObject(jobs.client, POOL, POOL_NAME, NAMESPACE);
    await untilGone(jobs.client, POOL, POOL_NAME, NAMESPACE);
    assert.equal((await jobs.run(['restore', '--backup', root, ...QUICK])).exitCode, 0);
    assert.deepEqual(await state(), { tprs, nodes });

    await writeFile(join(backup, 'ippools.json'), '{}');
    const { exitCode, stdout, sentence } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 3);
    assert.match(stdout, /error: ippools\.json is damaged/);
    assert.match(sentence, /is not whole/);
  });

  it('finds its backup again after a run that overwrote something', async () => {
    const root = join(jobs.cluster.directory, 'resumed');
    const { tprs, nodes } = await saved(['--backup', root]);
    for (const run of [1, 2]) {
      await changePoolAndPeer();
      const args = ['restore', '--on-conflict', 'overwrite', '--backup', root, ...QUICK];
      const { exitCode, stdout } = await jobs.run(args);
      assert.equal(exitCode, 0, `run ${run}: ${stdout}`);
      assert.deepEqual(await state(), { tprs, nodes });
    }
  });

  it('refuses a backup whose last file was never written', async () => {
    const { backup } = await saved(['--backup', join(jobs.cluster.directory, 'cut-off')]);
    await rm(join(backup, 'index.json'));
    const { exitCode, sentence } = await jobs.run(['restore', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 3);
    assert.match(sentence, /is not whole: its index\.json, which is written last, cannot be read/);
  });
});

describe('restore --crd-objects', () => {
  it('asks for the definitions first where there are none', async () => {
    const { client, run } = jobs;
    await saved();
    assert.equal((await run(['tpr-to-crd', '--backup', 'none'])).exitCode, 0);
    const all = await run(['backup']);
    const backup = /restore --backup (\S+)/.exec(all.sentence)?.[1] ?? assert.fail(all.sentence);

    await deleteObject(client, CRDS, 'ippools.crd.projectcalico.org');
    await untilGone(client, CRDS, 'ippools.crd.projectcalico.org');
    const { exitCode, sentence } = await run(['restore', '--crd-objects', '--backup', backup, ...QUICK]);
    assert.equal(exitCode, 3);
    assert.match(sentence, /does not define ippools\.crd\.projectcalico\.org\. Run tpr-to-crd first/);
    assert.equal((await list(client, kindNamed('IpPool').crd))?.length, undefined);
  });
});
