import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_FELIX_CONFIGS,
  GLOBAL_NETWORK_POLICIES,
} from '../../../jobs/lib/calico/crd-kinds.ts';
import { DAEMON_SETS, NODES, PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import type { Fault } from '../../faults/fault.ts';
import { deleteAll, deleteObject } from '../clean-cluster.ts';
import { readContent, readCrdObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { useProxy } from '../use-proxy.ts';
import { POLICY, seed, seedCalico, seedOldCluster, setting } from './data.ts';

const JOB = 'kdd-v1-to-v3';
const DEFAULT = { metadata: { name: 'default' } };
const jobs = useJobCluster({});
const proxied = useProxy(jobs, 'kdd-migration-job.yaml');

/** Does something when the settings are written, and the peers are not. */
const duringWrites = (call: () => unknown): Fault => ({
  match: { methods: ['POST'], path: /crd\.projectcalico\.org\/v1\/bgppeers/ },
  action: { do: 'call', when: 'before', call },
});

/** Does something when all is written and, in each round, before it is read back. */
const beforeVerify = (call: () => unknown, times = 1): Fault => ({
  match: { methods: ['GET'], path: /\/v1\/globalfelixconfigs/ },
  at: 2,
  times,
  action: { do: 'call', when: 'before', call },
});

async function moveWhile(fault: Fault) {
  await seedOldCluster(jobs.client);
  return proxied.run([JOB], [fault]);
}

const felix = async (): Promise<unknown> => (await get(jobs.client, FELIX_CONFIGURATIONS, 'default'))?.spec;

describe('a setting of 2.6 that during the run', () => {
  const LEVEL = { metadata: { name: 'logseverityscreen' } };

  it('is changed, or created: the object of 3.0 follows', async () => {
    const { client } = jobs;
    const change = async () => {
      await patch(client, GLOBAL_FELIX_CONFIGS, LEVEL, { spec: { value: 'debug' } });
      await seed(client, [setting('LogPrefix', 'new')]);
    };
    const { exitCode, stdout } = await moveWhile(duringWrites(change));
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /the data changed during the run: 1 write more/);
    const spec = await felix();
    assert.ok(isRecord(spec));
    assert.deepEqual([spec.logSeverityScreen, spec.logPrefix], ['Debug', 'new']);
  });

  it('becomes one that cannot be converted: the run ends with exit code 4', async () => {
    const spoil = () => seed(jobs.client, [setting('HealthPort', 'many')]);
    const { exitCode, stdout } = await moveWhile(duringWrites(spoil));
    assert.equal(exitCode, 4, stdout);
    assert.match(stdout, /error: GlobalFelixConfig healthport: spec\.value: is "many"/);
  });

  it('does not come to rest: the run ends and says so', async () => {
    let value = 0;
    const change = () => {
      value += 1;
      return patch(
        jobs.client,
        GLOBAL_FELIX_CONFIGS,
        { metadata: { name: 'clusterguid' } },
        {
          spec: { value: String(value) },
        },
      );
    };
    const { exitCode, sentence } = await moveWhile(beforeVerify(change, 100));
    assert.equal(exitCode, 4);
    assert.match(sentence, /^the configuration kept changing through 5 rounds/);
  });
});

describe('a peer of a Node that is removed during the run', () => {
  it('stays as an object of 3.0, and the run ends with its name and what to do', async () => {
    const key = 'peer.bgp.projectcalico.org/192-0-2-9';
    const remove = () =>
      patch(
        jobs.client,
        NODES,
        { metadata: { name: 'node-2' } },
        { metadata: { annotations: { [key]: null } } },
      );
    const { exitCode, stdout } = await moveWhile(beforeVerify(remove));
    assert.equal(exitCode, 4, stdout);
    assert.match(
      stdout,
      /BGPPeer node-2\.192-0-2-9: its source was deleted .*: kubectl delete bgppeers\.crd\.projectcalico\.org node-2\.192-0-2-9/,
    );
    assert.ok(await get(jobs.client, BGP_PEERS, 'node-2.192-0-2-9'));
  });
});

describe('an object of 3.0 that during the run', () => {
  it('is changed by somebody: exit code 4, with the field, and it is left so', async () => {
    const spoil = () =>
      patch(jobs.client, CLUSTER_INFORMATIONS, DEFAULT, { spec: { datastoreReady: false } });
    const { exitCode, stdout, sentence } = await moveWhile(beforeVerify(spoil));
    assert.equal(exitCode, 4, stdout);
    assert.match(sentence, /^verification found 1 difference between the configuration of 2\.6 and of 3\.0$/);
    assert.match(
      stdout,
      /ClusterInformation default: differs \(spec\.datastoreReady: found false, wanted true\)/,
    );
    const found = await get(jobs.client, CLUSTER_INFORMATIONS, 'default');
    assert.equal(isRecord(found?.spec) && found.spec.datastoreReady, false);
  });

  it('is deleted: it is written again', async () => {
    const remove = () => deleteObject(jobs.client, FELIX_CONFIGURATIONS, 'default');
    const { exitCode, stdout } = await moveWhile(beforeVerify(remove));
    assert.equal(exitCode, 0, stdout);
    assert.ok(await felix());
  });

  it('is made by a node that starts, with the same content: it is left as it is', async () => {
    const version = () =>
      patch(jobs.client, CLUSTER_INFORMATIONS, DEFAULT, { spec: { calicoVersion: 'v3.0.1' } });
    const { exitCode, stdout } = await moveWhile(beforeVerify(version));
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /6 objects read back: 5 equal, 1 rewritten by nodes as they do/);
  });
});

describe('policies where every node runs 3.0', () => {
  /** Waits for the pods that the controller makes of the DaemonSet. */
  const podsOf = async (image: string): Promise<void> => {
    const { client } = jobs;
    const [daemonSets] = DAEMON_SETS;
    if (daemonSets) await deleteAll(client, daemonSets);
    await deleteAll(client, PODS);
    await seedCalico(client, image);
    const signal = AbortSignal.timeout(60_000);
    for (;;) {
      const answer = await client.request({ method: 'GET', path: '/api/v1/namespaces/kube-system/pods' });
      const text = JSON.stringify(answer);
      if (text.includes(image) && !text.includes('node:v2')) return;
      await sleep(100, signal);
    }
  };

  it('get their form of 3.0 beside the old one, once', async () => {
    const { client, run } = jobs;
    await seedOldCluster(client);
    await podsOf('quay.io/calico/node:v3.0.12');
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
    await seedOldCluster(client);
    const [daemonSets] = DAEMON_SETS;
    if (daemonSets) await deleteAll(client, daemonSets);
    await seedCalico(client, 'quay.io/calico/node:v2.6.3');
    const before = await readContent(client);
    const { exitCode, sentence } = await run([JOB]);
    assert.equal(exitCode, 3);
    assert.match(sentence, /^Calico before 2\.6\.5 is still here: DaemonSet calico-node has .*v2\.6\.3/);
    assert.match(sentence, /\(check calico-version\)$/);
    assert.deepEqual(await readContent(client), before);
  });
});
