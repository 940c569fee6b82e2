import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GLOBAL_NETWORK_POLICIES } from '../../../jobs/lib/calico/crd-kinds.ts';
import { readContent, readCrdObjects } from '../content.ts';
import { useJobCluster } from '../job-cluster.ts';
import { POLICY, seedOldCluster, seedUpgradedCluster } from './data.ts';

const JOB = 'kdd-v1-to-v3';
const jobs = useJobCluster({});

describe('policies where every node runs 3.0', () => {
  it('get their form of 3.0 beside the old one, once', async () => {
    const { client, run } = jobs;
    await seedUpgradedCluster(client);
    const { exitCode, stdout, sentence } = await run([JOB]);
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      /^written and verified: 7 created, .* the configuration is there for Calico 3\.0$/,
    );
    assert.match(stdout, /kubectl delete globalnetworkpolicies\.crd\.projectcalico\.org allow-dns/);
    const policies = (await readCrdObjects(client)).filter(
      ({ kind }) => kind === GLOBAL_NETWORK_POLICIES.kind,
    );
    assert.deepEqual(
      policies.map(({ metadata }) => metadata.name),
      ['allow-dns', 'default.allow-dns'],
    );
    assert.deepEqual(policies[0]?.spec, POLICY.spec);
    const before = await readContent(client);
    assert.match((await run([JOB])).sentence, /0 created, 0 overwritten, 7 unchanged/);
    assert.deepEqual(await readContent(client), before);
  });
});

describe('Calico before 2.6.5', () => {
  it('is refused, since its nodes would take the peers of one node for peers of all', async () => {
    const { client, run } = jobs;
    await seedOldCluster(client, 'quay.io/calico/node:v2.6.3');
    const before = await readContent(client);
    const { exitCode, sentence } = await run([JOB]);
    assert.equal(exitCode, 3);
    assert.match(sentence, /^Calico before 2\.6\.5 is still here: DaemonSet calico-node has .*v2\.6\.3/);
    assert.match(sentence, /\(check calico-version\)$/);
    assert.deepEqual(await readContent(client), before);
  });
});
