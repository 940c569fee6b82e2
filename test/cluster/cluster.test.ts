import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Etcd3 } from 'etcd3';
import { type Cluster, startCluster } from './cluster.ts';

describe('a cluster', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  it('lets the administrator in', async () => {
    const { stdout } = await cluster.kubectl(['get', '--raw', '/readyz']);
    assert.equal(stdout, 'ok');
  });

  it('takes what kubectl reads from stdin', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'value' } };
    const { exitCode, stderr } = await cluster.kubectl(['create', '-f', '-'], {
      input: JSON.stringify(object),
    });
    assert.equal(exitCode, 0, stderr);
    const { stdout } = await cluster.kubectl(['get', 'configmap', 'a', '-o', 'jsonpath={.data.key}']);
    assert.equal(stdout, 'value');
  });

  it('denies a user without rights, and grants what RBAC grants to a group', async () => {
    const kubeconfig = await cluster.kubeconfigFor({ user: 'jane', groups: ['readers', 'org/unit'] });
    const denied = await cluster.kubectl(['get', 'configmaps'], { kubeconfig });
    assert.equal(denied.exitCode, 1);
    assert.match(denied.stderr, /User "jane" cannot list resource "configmaps"/);
    const binding = ['create', 'rolebinding', 'readers', '--clusterrole=view', '--group=org/unit'];
    assert.equal((await cluster.kubectl(binding)).exitCode, 0);
    const granted = await cluster.kubectl(['get', 'configmaps'], { kubeconfig });
    assert.equal(granted.exitCode, 0, granted.stderr);
  });

  it('knows a service account by its token', async () => {
    await cluster.kubectl(['create', 'serviceaccount', 'robot']);
    const token = await cluster.serviceAccountToken('default', 'robot');
    const kubeconfig = await cluster.kubeconfigFor({ token });
    const { stderr } = await cluster.kubectl(['get', 'secrets'], { kubeconfig });
    assert.match(stderr, /User "system:serviceaccount:default:robot" cannot list resource "secrets"/);
  });

  it('deletes a namespace to its end', async () => {
    await cluster.kubectl(['create', 'namespace', 'gone']);
    const { exitCode, stderr } = await cluster.kubectl(['delete', 'namespace', 'gone', '--timeout=30s']);
    assert.equal(exitCode, 0, stderr);
  });

  it('has an etcd that serves the v2 and the v3 API', async () => {
    const { endpoint } = cluster.etcd;
    const url = `${endpoint}/v2/keys/calico/v1/Ready`;
    const body = new URLSearchParams({ value: 'true' });
    assert.equal((await fetch(url, { method: 'PUT', body })).status, 201);
    assert.match(await (await fetch(url)).text(), /"value":"true"/);
    const client = new Etcd3({ hosts: endpoint });
    try {
      await client.put('/calico/resources/v3/test').value('v3');
      assert.equal(await client.get('/calico/resources/v3/test'), 'v3');
    } finally {
      client.close();
    }
  });

  it('runs beside another one with data of its own', async () => {
    await using other = await startCluster({ etcdTls: true });
    await other.kubectl(['create', 'configmap', 'only-there']);
    const here = await cluster.kubectl(['get', 'configmap', 'only-there']);
    assert.match(here.stderr, /NotFound/);
    assert.notEqual(other.directory, cluster.directory);
  });
});
