import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { type NodeCluster, startNodeCluster } from '../cluster/nodes/cluster.ts';
import { cachedJobImage, jobImageName } from '../image/cached-job-image.ts';
import { readContent } from '../jobs/content.ts';
import { containerFacts } from './container-facts.ts';
import { endOf, podBecomes, podNamedBy, podState } from './job-pods.ts';
import { type OldEtcd, startOldEtcd } from './old-etcd.ts';
import { type Operator, operatorOf } from './operator.ts';
import { countPackets, packetsSent } from './packets.ts';
import { commandOf } from './readme.ts';
import { startWriteGate } from './write-gate.ts';

const DESCRIBE = commandOf('### 4. Copy', 'kubectl describe');
const DELETE = commandOf('### 3. Dry run', 'kubectl delete');

process.noDeprecation = true; // etcd3 gives an address to TLS, which Node.js says once

describe('an operator whose Kubernetes has no ThirdPartyResources any more', () => {
  let cluster: NodeCluster;
  let client: KubeClient;
  let operator: Operator;
  let etcd: OldEtcd;
  before(async () => {
    const images = new Map([[jobImageName, await cachedJobImage()]]);
    cluster = await startNodeCluster({ name: 'from-etcd', nodes: 1, images });
    client = connect({ kubeconfig: cluster.kubeconfig });
    [operator, etcd] = await Promise.all([operatorOf(cluster), startOldEtcd(cluster)]);
    await countPackets(cluster, [cluster.server, etcd.endpoint]);
  });
  after(async () => {
    await client?.close();
    await etcd?.stop();
    await cluster?.stop();
  });

  async function edit(file: string, replacements: Readonly<Record<string, string>>): Promise<void> {
    const path = join(operator.directory, 'manifests', file);
    let text = await readFile(path, 'utf8');
    for (const [from, to] of Object.entries(replacements)) {
      assert.ok(text.includes(from), from);
      text = text.replace(from, to);
    }
    await writeFile(path, text);
  }

  it('is refused, and the failed pod stays with its log where the patch for 1.8 is named', async () => {
    await edit('kustomization.yaml', {
      '# newName: registry.example.com': `newName: ${cluster.registry}`,
      'Merge: []': 'Merge: [patches/kubernetes-1.8.yaml]',
    });
    await operator.run('kubectl apply -k manifests');
    const name = await podNamedBy(operator, DESCRIBE);
    const message = await endOf(client, name, 3);
    assert.match(
      message,
      /they ended with 1\.8, and their data is still in etcd\. Read it there with --from-etcd/,
    );
    await operator.run('kubectl wait --for=condition=failed --timeout=20s job/calico-upgrade-v2.5');
    const pod = await podState(client, name);
    assert.deepEqual([pod?.phase, pod?.restarts], ['Failed', 0]);
    assert.match(await operator.run(`kubectl logs ${name}`), /\(check thirdpartyresources\)\n$/);
    assert.deepEqual((await readContent(client)).crds, []);
  });

  it('copies with the patch from the README, through the API server and etcd alone', async () => {
    const { ca, client: pair } = etcd;
    const files = { 'ca.crt': ca, 'client.crt': pair.cert, 'client.key': pair.key };
    for (const [name, path] of Object.entries(files)) await cp(path, join(operator.directory, name));
    await operator.run(commandOf('## From etcd', 'kubectl create secret'));
    await edit('kustomization.yaml', { '1.8.yaml]': '1.8.yaml, patches/from-etcd.yaml]' });
    await edit('patches/from-etcd.yaml', { 'https://10.0.0.1:2379,https://10.0.0.2:2379': etcd.endpoint });
    const revision = await etcd.revision();

    await using gate = await startWriteGate(cluster);
    const writing = gate.holdAt(5);
    await operator.run(`${DELETE} && kubectl apply -k manifests`);
    await writing;
    const name = await podNamedBy(operator, DESCRIBE);
    const { node } = await podBecomes(client, name, 'runs', ({ running }) => running);
    const facts = await containerFacts(cluster, node);
    assert.deepEqual([facts.users, facts.noNewPrivileges], ['65532 65532 65532 65532', true]);
    gate.open();

    assert.match(
      await endOf(client, name, 0),
      /^copied and verified: 35 created, 0 overwritten, 0 unchanged; /,
    );
    const log = (await operator.run(`kubectl logs ${name}`)).trimEnd().split('\n');
    assert.deepEqual(
      log.filter(line => !/^\d\d:\d\d:\d\d {2}[a-z]+ /.test(line)),
      [],
    );
    assert.equal(await etcd.revision(), revision, 'etcd was written to');
    const [toApiServer = 0, toEtcd = 0, elsewhere] = await packetsSent(cluster);
    assert.ok(toApiServer > 50 && toEtcd > 10, `${toApiServer} and ${toEtcd} packets`);
    assert.equal(elsewhere, 0);
  });
});
