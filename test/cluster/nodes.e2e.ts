import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedJobImage, jobImageName } from '../image/cached-job-image.ts';
import { calicoNodeDaemonSet } from '../image/calico-node/daemon-set.ts';
import { type NodeCluster, startNodeCluster } from './nodes/cluster.ts';
import { inNode, kubectl } from './nodes/commands.ts';
import { remainsOf } from './nodes/remains.ts';

const BACKUP_JOB = join(import.meta.dirname, '../../manifests/backup-job.yaml');
const CALICO_NODE = ['-n', 'kube-system', '-l', 'k8s-app=calico-node'];
const WAIT_READY = ['wait', 'pod', '--for=condition=Ready', '--timeout=60s'];

function podOn(node: string, image: string) {
  const container = { name: 'sleep', image, command: ['sleep', '1000000'] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `on-${node}` },
    spec: { nodeName: node, terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

describe('a cluster with three nodes', () => {
  let cluster: NodeCluster;
  let jobImage: string;
  before(async () => {
    [cluster, jobImage] = await Promise.all([startNodeCluster({ tpr: true }), cachedJobImage()]);
  });
  after(() => cluster.stop());
  const calicoNode = (version: string) => `${cluster.registry}/calico/node:${version}`;

  it('has ready nodes, each with files and addresses of its own', async () => {
    const nodes = await kubectl(cluster, ['get', 'nodes', '--no-headers']);
    assert.match(nodes, /^n1 +Ready .*\nn2 +Ready .*\nn3 +Ready .*\n$/);
    const directories = ['/etc', '/var', '/opt', '/run'];
    await inNode(cluster, 'n1', 'touch', ...directories.map(directory => `${directory}/only-here`));
    const { stdout } = await cluster.inNode('n2', ['find', ...directories, '-name', 'only-here']);
    assert.equal(stdout, '');
    assert.equal(await inNode(cluster, 'n2', 'hostname'), 'n2');
  });

  it('lets nothing out', async () => {
    const { exitCode, stderr } = await cluster.inNode('n1', ['ip', 'route', 'get', '192.0.2.1']);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /Network is unreachable/);
  });

  it('runs a job of ours from the registry, and shows its log', async () => {
    const image = await cluster.push(jobImage, jobImageName);
    const manifest = readFileSync(BACKUP_JOB, 'utf8');
    await kubectl(
      cluster,
      ['apply', '-f', '-'],
      manifest.replace(`image: ${jobImageName}`, `image: ${image}`),
    );
    const job = 'job/calico-upgrade-backup';
    await kubectl(cluster, ['wait', '--for=condition=complete', '--timeout=60s', job]);
    const log = await kubectl(cluster, ['logs', job]);
    assert.match(log, /preflight +ThirdPartyResources are served, all rights are there\n/);
    assert.match(log, /report +nothing to save/);
  });

  it('has calico-node on each node, and pods that reach those of other nodes by its routes', async () => {
    const image = calicoNode('v2.4.1');
    await kubectl(cluster, ['apply', '-f', '-'], calicoNodeDaemonSet({ image, nodes: cluster.nodes }));
    for (const node of ['n1', 'n3']) await kubectl(cluster, ['apply', '-f', '-'], podOn(node, image));
    await kubectl(cluster, [...WAIT_READY, 'on-n1', 'on-n3']);
    await kubectl(cluster, [...WAIT_READY, ...CALICO_NODE]);
    const routes = await inNode(cluster, 'n1', 'ip', 'route');
    assert.match(routes, /^10\.244\.0\.128\/26 via 10\.188\.\d+\.13 .*proto bird/m);
    const address = await kubectl(cluster, ['get', 'pod', 'on-n3', '-o', 'jsonpath={.status.podIP}']);
    assert.match(address, /^10\.244\.0\.1(2[89]|[3-8]\d|9[01])$/);
    const ping = ['ping', '-c', '3', '-i', '0.2', '-W', '2', address];
    assert.match(await kubectl(cluster, ['exec', 'on-n1', '--', ...ping]), / 0% packet loss/);
  });

  it('lets a pod of the pod network reach the API server', async () => {
    const wget = ['wget', '-q', '-O', '-', '--no-check-certificate', 'https://10.96.0.1/readyz'];
    assert.equal(await kubectl(cluster, ['exec', 'on-n1', '--', ...wget]), 'ok');
  });

  it('keeps the routes to a node while its calico-node is replaced by another version', async () => {
    const image = `calico-node=${calicoNode('v2.5.1')}`;
    await kubectl(cluster, ['-n', 'kube-system', 'set', 'image', 'daemonset/calico-node', image]);
    await kubectl(cluster, ['delete', 'pod', ...CALICO_NODE, '--field-selector=spec.nodeName=n1']);
    const onFirst = ['get', 'pods', ...CALICO_NODE, '--field-selector=spec.nodeName=n1'];
    const fields = '{.items[*].spec.containers[0].image} {.items[*].status.containerStatuses[0].ready}';
    const replaced = async () =>
      (await kubectl(cluster, [...onFirst, '-o', `jsonpath=${fields}`])) === `${calicoNode('v2.5.1')} true`;
    const deadline = performance.now() + 60_000;
    while (!(await replaced())) {
      assert.ok(performance.now() < deadline, 'the new pod is not ready');
      assert.notEqual(await inNode(cluster, 'n2', 'ip', 'route', 'show', '10.244.0.0/26'), '');
      await sleep(100);
    }
  });

  it('gets a node back after a power failure, with its disk', async () => {
    await inNode(cluster, 'n2', 'sh', '-c', 'echo kept > /var/here; echo lost > /run/here');
    await cluster.stopNode('n2');
    await assert.rejects(cluster.inNode('n2', ['true']), /The node n2 is stopped\./);
    await cluster.startNode('n2');
    assert.equal(await inNode(cluster, 'n2', 'cat', '/var/here'), 'kept');
    assert.equal((await cluster.inNode('n2', ['cat', '/run/here'])).exitCode, 1);
  });

  it('leaves nothing after stop', async () => {
    const namespaces = await Promise.all(
      cluster.nodes.map(({ name }) => inNode(cluster, name, 'readlink', '/proc/self/ns/net')),
    );
    assert.ok(remainsOf(cluster.directory, namespaces).length > 10);
    await cluster.stop();
    assert.deepEqual(remainsOf(cluster.directory, namespaces), []);
  });
});
