import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
} from '../../../jobs/lib/calico/crd-kinds.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { deleteObject } from '../clean-cluster.ts';
import { backupNames, onlyBackup, readContent, readCrdObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { crdObject, seed, seedOldCluster } from './data.ts';

const JOB = 'kdd-v1-to-v3';
const DEFAULT = { metadata: { name: 'default' } };
const PEER = { metadata: { name: 'node-2.192-0-2-9' } };
const jobs = useJobCluster({});

/** A cluster where all is moved, and then somebody changed one object of each kind. */
async function moveThenChange() {
  const { client, run } = jobs;
  await seedOldCluster(client);
  assert.equal((await run([JOB, '--backup', 'none'])).exitCode, 0);
  const moved = await readCrdObjects(client);
  await patch(client, FELIX_CONFIGURATIONS, DEFAULT, { spec: { logSeverityScreen: 'Debug' } });
  await patch(client, BGP_CONFIGURATIONS, DEFAULT, { spec: { nodeToNodeMeshEnabled: true } });
  await patch(client, CLUSTER_INFORMATIONS, DEFAULT, { spec: { clusterGUID: 'f'.repeat(32) } });
  await patch(client, BGP_PEERS, PEER, { spec: { asNumber: 65999 } });
  return { moved, changed: await readContent(client) };
}

const contents = (objects: readonly KubeObject[]): unknown[] =>
  objects.map(({ kind, metadata: { name, annotations }, spec }) => ({ kind, name, annotations, spec }));

describe('objects of 3.0 that differ', () => {
  it('stop the run before anything is written, all of them with each field', async () => {
    const { changed } = await moveThenChange();
    const { exitCode, stdout, sentence } = await jobs.run([JOB]);
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /^nothing was written: 4 3\.0 objects in conflict .*--on-conflict keep or overwrite/,
    );
    for (const line of [
      'FelixConfiguration default: differs (spec.logSeverityScreen: found "Debug", wanted "Info")',
      'BGPConfiguration default: differs (spec.nodeToNodeMeshEnabled: found true, wanted false)',
      'ClusterInformation default: differs, perhaps made by a calico-node 3.0 that started before',
      'BGPPeer node-2.192-0-2-9: differs (spec.asNumber: found 65999, wanted 65002)',
    ])
      assert.ok(stdout.includes(`error: ${line}`), `${line}\n${stdout}`);
    assert.deepEqual(await readContent(jobs.client), changed);
  });

  it('stay as they are with --on-conflict keep, and everything else is written', async () => {
    const { changed } = await moveThenChange();
    await deleteObject(jobs.client, BGP_PEERS, 'node-1.192-0-2-9');
    const { exitCode, stdout, sentence } = await jobs.run([JOB, '--on-conflict', 'keep']);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /1 created, 0 overwritten, 1 unchanged, 4 that differ kept as they were/);
    const others = ({ metadata }: KubeObject) => metadata.name !== 'node-1.192-0-2-9';
    assert.deepEqual((await readCrdObjects(jobs.client)).filter(others), changed.crdObjects.filter(others));
    assert.ok(await get(jobs.client, BGP_PEERS, 'node-1.192-0-2-9'));
  });

  it('are replaced with --on-conflict overwrite, are in the backup, and restore puts them back', async () => {
    const { client, run } = jobs;
    const { moved, changed } = await moveThenChange();
    const overwriting = await run([JOB, '--on-conflict', 'overwrite']);
    assert.equal(overwriting.exitCode, 0, overwriting.stdout);
    assert.match(overwriting.sentence, /0 created, 4 overwritten, 2 unchanged/);
    assert.deepEqual(contents(await readCrdObjects(client)), contents(moved));
    assert.ok((await onlyBackup(client))?.has('crd-objects.json'));

    const [backup = ''] = await backupNames(client);
    const refused = await run(['restore', '--backup', backup]);
    assert.equal(refused.exitCode, 3, refused.stdout);
    assert.match(refused.stdout, /error: felixconfigurations\.crd\.projectcalico\.org default: differs/);
    const back = await run(['restore', '--on-conflict', 'overwrite', '--backup', backup]);
    assert.equal(back.exitCode, 0, back.stdout);
    assert.match(back.sentence, /^restored and verified from .*4 overwritten/);
    assert.deepEqual(contents(await readCrdObjects(client)), contents(changed.crdObjects));

    const other = (await backupNames(client)).find(name => name !== backup) ?? assert.fail(back.stdout);
    const again = await run(['restore', '--on-conflict', 'overwrite', '--backup', other]);
    assert.equal(again.exitCode, 0, again.stdout);
    assert.deepEqual(contents(await readCrdObjects(client)), contents(moved));
  });
});

describe('objects that nodes of 3.0 wrote', () => {
  it('are left as they are: version, cluster type, defaults of Felix', async () => {
    const { client, run } = jobs;
    await seedOldCluster(client);
    assert.equal((await run([JOB, '--backup', 'none'])).exitCode, 0);
    const spec = { calicoVersion: 'v3.0.1', clusterType: 'k8s,bgp,KDD,kdd' };
    await patch(client, CLUSTER_INFORMATIONS, DEFAULT, { spec });
    await patch(client, FELIX_CONFIGURATIONS, DEFAULT, { spec: { defaultEndpointToHostAction: 'RETURN' } });
    const before = await readContent(client);
    for (const what of ['stop', 'overwrite']) {
      const { exitCode, stdout, sentence } = await run([JOB, '--on-conflict', what]);
      assert.equal(exitCode, 0, stdout);
      assert.match(sentence, /0 created, 0 overwritten, 6 unchanged/);
      assert.match(stdout, /6 objects read back: 4 equal, 2 rewritten by nodes as they do/);
    }
    assert.deepEqual(await readContent(client), before);
  });
});

describe('a peer that is there under another name', () => {
  it('is never written twice: a person decides', async () => {
    const { client, run } = jobs;
    await seedOldCluster(client);
    await seed(client, [
      crdObject(BGP_PEERS, 'rack', { node: 'node-2', peerIP: '192.0.2.9', asNumber: 65002 }),
    ]);
    const before = await readContent(client);
    for (const what of ['stop', 'overwrite']) {
      const { exitCode, stdout, sentence } = await run([JOB, '--on-conflict', what]);
      assert.equal(exitCode, 3, stdout);
      assert.match(sentence, /1 BGP peer there under another name/);
      assert.match(stdout, /kubectl delete bgppeers\.crd\.projectcalico\.org rack/);
    }
    assert.deepEqual(await readContent(client), before);
    const { exitCode, stdout } = await run([JOB, '--on-conflict', 'keep']);
    assert.equal(exitCode, 0, stdout);
    assert.equal(await get(client, BGP_PEERS, PEER.metadata.name), undefined);
  });
});
