import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CRD_KINDS, GLOBAL_NETWORK_POLICIES, NEW_IN_3_0 } from '../../../jobs/lib/calico/crd-kinds.ts';
import { identityIn } from '../../../jobs/lib/calico/kdd/identity.ts';
import { NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Fault } from '../../faults/fault.ts';
import { backupNames, onlyBackup, readContent, readCrdObjects, readReport } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { useProxy } from '../use-proxy.ts';
import { BGP, EXPECTED, FELIX, PEER_NODES, POLICY, seed, seedOldCluster, setting } from './data.ts';

const JOB = 'kdd-v1-to-v3';
const jobs = useJobCluster({});
const proxied = useProxy(jobs, 'kdd-migration-job.yaml');

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;

const isNew = ({ kind, spec }: KubeObject): boolean =>
  NEW_IN_3_0.some(crd => crd.kind === kind) || (kind === 'BGPPeer' && isRecord(spec) && 'node' in spec);

/** The objects that the job writes, by name. */
const written = async (): Promise<ReadonlyMap<string, KubeObject>> =>
  new Map((await readCrdObjects(jobs.client)).filter(isNew).map(object => [nameOf(object), object]));

const specs = (objects: ReadonlyMap<string, KubeObject>): Record<string, unknown> =>
  Object.fromEntries([...objects].map(([name, { spec }]) => [name, spec]));

describe('a cluster of Calico 2.6', () => {
  it('gets the kinds and objects of 3.0, and keeps all that was there', async () => {
    const { client, run } = jobs;
    await seedOldCluster(client);
    const before = await readContent(client);
    const { exitCode, stdout, sentence } = await run([JOB]);
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      /^written and verified: 6 created, 0 overwritten, 0 unchanged; .*Calico 3\.0; Glob/,
    );
    assert.match(stdout, /verify {5}all 6 objects read back and equal/);

    const after = await readContent(client);
    assert.deepEqual(specs(await written()), EXPECTED);
    assert.equal(after.crds.length, CRD_KINDS.length);
    assert.deepEqual(
      after.crdObjects.filter(object => !isNew(object)),
      before.crdObjects,
    );
    assert.deepEqual(after.nodes, before.nodes);
  });

  it('gets objects with the metadata that calicoctl 2.0 needs to change them', async () => {
    await seedOldCluster(jobs.client);
    assert.equal((await jobs.run([JOB])).exitCode, 0);
    for (const object of (await written()).values()) {
      const { uid = '', creationTimestamp = '' } = identityIn(object) ?? {};
      assert.match(uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, nameOf(object));
      assert.match(creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(isRecord(object.spec) && 'scope' in object.spec, false, 'a node of 2.6 would read it');
    }
  });

  it('has a backup of the old data, and a report', async () => {
    await seedOldCluster(jobs.client);
    const { sentence } = await jobs.run([JOB]);
    const backup = await onlyBackup(jobs.client);
    const itemsOf = (file: string): unknown[] => {
      const found: unknown = JSON.parse(backup?.get(file) ?? '');
      return isRecord(found) && Array.isArray(found.items) ? found.items : assert.fail(file);
    };
    assert.equal(itemsOf('globalfelixconfigs.json').length, FELIX.length);
    assert.equal(itemsOf('globalbgpconfigs.json').length, BGP.length);
    assert.equal(itemsOf('globalnetworkpolicies.json').length, 1);
    assert.equal(itemsOf('nodes-with-bgp.json').length, PEER_NODES.length);
    assert.deepEqual(itemsOf('crd-objects.json'), []);
    const report = await readReport(jobs.client, JOB);
    assert.equal(report.sentence, sentence);
    assert.ok(isRecord(report.counts));
    assert.deepEqual(report.counts.GlobalBGPConfig, {
      ...{ found: 3, created: 1, overwritten: 0 },
      ...{ unchanged: 0, conflicts: 0, invalid: 0 },
    });
  });

  it('is left as it is by a second run', async () => {
    await seedOldCluster(jobs.client);
    assert.equal((await jobs.run([JOB])).exitCode, 0);
    const before = await readContent(jobs.client);
    for (const what of ['stop', 'keep', 'overwrite']) {
      const { exitCode, stdout, sentence } = await jobs.run([JOB, '--on-conflict', what]);
      assert.equal(exitCode, 0, stdout);
      assert.match(sentence, /0 created, 0 overwritten, 6 unchanged/);
      assert.match(stdout, /no backup needed: no object is going to be written/);
    }
    assert.deepEqual(await readContent(jobs.client), before);
  });

  it('is not touched by a dry run, which prints the plan', async () => {
    await seedOldCluster(jobs.client);
    const before = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await proxied.run([JOB, '--dry-run'], []);
    assert.equal(exitCode, 0, stdout);
    assert.equal(sentence, 'dry run: 6 to create, 0 to overwrite, 0 unchanged');
    assert.match(
      stdout,
      /plan {7}GlobalFelixConfig → FelixConfiguration, ClusterInformation +8 +2 +0 +0 +0 +0/,
    );
    const writes = proxied.proxy.requests.filter(
      ({ method, path }) => method !== 'GET' && !path.includes('selfsubjectaccessreviews'),
    );
    assert.deepEqual(writes, []);
    assert.deepEqual(await readContent(jobs.client), before);
  });
});

describe('a cluster without settings', () => {
  it('gets the kinds of 3.0 and a ClusterInformation that says it is ready', async () => {
    const { exitCode, stdout } = await jobs.run([JOB, '--force', 'calico-version']);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(specs(await written()), { 'ClusterInformation default': { datastoreReady: true } });
    assert.equal((await readContent(jobs.client)).crds.length, 7);
  });
});

describe('what cannot be converted', () => {
  const seedInvalid = async () => {
    await seedOldCluster(jobs.client);
    await seed(jobs.client, [setting('HealthPort', 'many')]);
    await patch(
      jobs.client,
      NODES,
      { metadata: { name: 'node-2' } },
      {
        metadata: { annotations: { 'peer.bgp.projectcalico.org/192-0-2-8': '{' } },
      },
    );
  };

  it('is all listed at once, and nothing is written', async () => {
    await seedInvalid();
    const before = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await jobs.run([JOB]);
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, /^nothing was written: 2 objects cannot be converted \(.*--skip-invalid\)$/);
    assert.match(
      stdout,
      /error: GlobalFelixConfig healthport: spec\.value: is "many", expected a whole number/,
    );
    assert.match(stdout, /error: Node node-2: metadata\.annotations\["peer\.bgp\.[^"]*192-0-2-8"\]: is "\{"/);
    assert.deepEqual(await readContent(jobs.client), before);
  });

  it('is left out with --skip-invalid, is named, and everything else is written', async () => {
    await seedInvalid();
    const { exitCode, stdout, sentence } = await jobs.run([JOB, '--skip-invalid']);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^written and verified: 6 created, .*, 2 invalid left out; /);
    assert.match(stdout, /warning: left out: GlobalFelixConfig healthport: /);
    assert.deepEqual(specs(await written()), EXPECTED);
  });
});

describe('policies', () => {
  it('are left alone while nodes of 2.6 run, and it is said what to do', async () => {
    await seedOldCluster(jobs.client);
    const { stdout } = await jobs.run([JOB]);
    assert.match(
      stdout,
      /GlobalNetworkPolicy allow-dns: left as they are .* run this job again when every node/,
    );
    assert.match(stdout, /allow-dns: has no types: for 2\.6 it is of ingress only, for 3\.0 of both/);
    assert.match(stdout, /allow-dns: names the label calico\/k8s_ns/);
    const policies = (await readCrdObjects(jobs.client)).filter(
      ({ kind }) => kind === GLOBAL_NETWORK_POLICIES.kind,
    );
    assert.deepEqual(
      policies.map(({ spec }) => spec),
      [POLICY.spec],
    );
  });
});

describe('the old kinds where they are not defined', () => {
  it('count as empty, but a list that fails never does', async () => {
    await seedOldCluster(jobs.client);
    const fault: Fault = {
      match: { methods: ['GET'], path: /\/globalfelixconfigs/ },
      action: { do: 'status', code: 500 },
      times: 100,
    };
    const before = await readContent(jobs.client);
    const { exitCode, stdout } = await proxied.run([JOB, '--retry-timeout', '0.5'], [fault]);
    assert.equal(exitCode, 1, stdout);
    assert.deepEqual(await readContent(jobs.client), before);
    assert.deepEqual(await backupNames(jobs.client), []);
  });
});
