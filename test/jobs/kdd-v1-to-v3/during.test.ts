import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_FELIX_CONFIGS,
} from '../../../jobs/lib/calico/crd-kinds.ts';
import { NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import type { Fault } from '../../faults/fault.ts';
import { deleteObject } from '../clean-cluster.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { useProxy } from '../use-proxy.ts';
import { seed, seedOldCluster, setting } from './data.ts';

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
const beforeVerify = (call: () => unknown, { times = 1, path = /\/v1\/globalfelixconfigs/ } = {}): Fault => ({
  match: { methods: ['GET'], path },
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
    const { exitCode, sentence } = await moveWhile(beforeVerify(change, { times: 100 }));
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
    const { exitCode, stdout } = await moveWhile(beforeVerify(remove, { path: /\/nodes/ }));
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
    const { exitCode, stdout, sentence } = await moveWhile(
      beforeVerify(spoil, { path: /\/clusterinformations\?limit=500/ }),
    );
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
    const { exitCode, stdout } = await moveWhile(
      beforeVerify(remove, { path: /\/felixconfigurations\?limit=500/ }),
    );
    assert.equal(exitCode, 0, stdout);
    assert.ok(await felix());
  });

  it('is made by a node that starts, with the same content: it is left as it is', async () => {
    const version = () =>
      patch(jobs.client, CLUSTER_INFORMATIONS, DEFAULT, { spec: { calicoVersion: 'v3.0.1' } });
    const { exitCode, stdout } = await moveWhile(
      beforeVerify(version, { path: /\/clusterinformations\?limit=500/ }),
    );
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /6 objects read back: 5 equal, 1 rewritten by nodes as they do/);
  });
});
