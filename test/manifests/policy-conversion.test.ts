import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { podOf, runPod } from '../demo/kubelet.ts';
import { readJob } from '../demo/manifest.ts';
import { calicoDaemonSet } from '../jobs/calico-install.ts';
import { contentOf, MIXED, policyNames, readWorld, seedWorld } from '../jobs/policy-converter/seed-world.ts';

const MANIFEST = join(import.meta.dirname, '../../manifests/policy-conversion-job.yaml');

describe('the manifest of the policy conversion, as it is shipped', () => {
  let cluster: Cluster;
  let client: KubeClient;

  before(async () => {
    cluster = await startCluster({ name: 'policies' });
    client = connect({ kubeconfig: cluster.kubeconfig });
    await create(client, ...calicoDaemonSet({ image: 'quay.io/calico/node:v1.2.1' }));
    await seedWorld(client, MIXED);
  });
  after(async () => {
    await client?.close();
    await cluster?.stop();
  });

  /** Applies it with one option set, as the README says, runs its pod as a node would, and deletes the Job. */
  async function run(option?: string): Promise<string> {
    const line = `{name: ${option}, value: ""}`;
    const text = await readFile(MANIFEST, 'utf8');
    if (option) assert.ok(text.includes(line), line);
    const path = join(cluster.directory, `policies-${option}.yaml`);
    await writeFile(path, option ? text.replace(line, `{name: ${option}, value: "true"}`) : text);
    const job = await readJob(path);
    const applied = await cluster.kubectl(['apply', '-f', path]);
    assert.equal(applied.exitCode, 0, applied.stderr);
    let log = '';
    const collect = (part: string) => {
      log += part;
    };
    const exitCode = await runPod(cluster, client, job, await podOf(client, job), collect);
    assert.equal(exitCode, 0, log);
    await cluster.kubectl(['delete', 'job', job.metadata.name]);
    return log;
  }

  it('shows the plan, converts, and undoes it', async () => {
    const found = (await readWorld(client)).policies.map(contentOf);
    assert.match(
      await run('CALICO_UPGRADE_DRY_RUN'),
      /dry run: 2 default-deny to create, 3 NetworkPolicies to delete/,
    );
    assert.deepEqual((await readWorld(client)).policies.map(contentOf), found);
    assert.match(await run(), /converted and verified: 2 default-deny created, 3 NetworkPolicies deleted/);
    const names = policyNames(await readWorld(client));
    assert.deepEqual(names, ['shop/db', 'shop/default-deny', 'shop/web', 'vault/default-deny']);
    assert.match(await run('CALICO_UPGRADE_REVERT'), /reverted and verified: 3 NetworkPolicies brought back/);
    assert.deepEqual((await readWorld(client)).policies.map(contentOf), found);
  });
});
