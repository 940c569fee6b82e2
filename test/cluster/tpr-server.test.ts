import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKubeObject, isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { startTprServer, type TprServer } from './tpr-server.ts';
import { instancesPath as instances, type TprClient, tpr, tprClient } from './tpr-server-client.ts';
import { TPR_GROUP_PATH, TPR_PATH } from './tpr-server-translate.ts';
import { openUpstream, type Upstream } from './tpr-server-upstream.ts';

const DELAY_MS = 500;

const failure = (code: number, reason: string, message: string, name: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  details: { name, group: 'extensions', kind: 'thirdpartyresources' },
  code,
});

// What is expected of answers is what a 1.7.5 API server was recorded to give.
describe('thirdpartyresources on Kubernetes 1.20', { timeout: 120_000 }, () => {
  let cluster: Cluster;
  let server: TprServer;
  let api: Upstream;
  let client: TprClient;

  const start = () =>
    startTprServer({ kubeconfig: cluster.kubeconfig, certificate: cluster.localhost, delayMs: DELAY_MS });

  before(async () => {
    cluster = await startCluster({ name: 'tpr-server' });
    server = await start();
    api = await openUpstream(cluster.kubeconfig);
    client = tprClient(api);
  });

  after(async () => {
    await api?.close();
    await server?.stop();
    await cluster?.stop();
  });

  test('discovery lists them', async () => {
    const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
    const { body } = await client.get(TPR_GROUP_PATH);
    assert.deepEqual(body, {
      kind: 'APIResourceList',
      groupVersion: 'extensions/v1beta1',
      resources: [
        {
          name: 'thirdpartyresources',
          singularName: '',
          namespaced: false,
          kind: 'ThirdPartyResource',
          verbs,
        },
      ],
    });
  });

  test('create, get and list answer as 1.7 does', async () => {
    const name = 'system-network-policy.shape.example.org';
    const created = await client.createTpr(name);
    const { uid, resourceVersion, creationTimestamp, ...metadata } = created.metadata;
    assert.deepEqual(metadata, { name, selfLink: `${TPR_PATH}/${name}` });
    assert.match(String(uid), /^[0-9a-f-]{36}$/);
    assert.match(String(creationTimestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual({ ...created, metadata: { name } }, tpr(name));
    assert.deepEqual(await client.get(`${TPR_PATH}/${name}`), { status: 200, body: created });

    const { body: list } = await client.get(TPR_PATH);
    const { apiVersion: _apiVersion, kind: _kind, ...item } = created;
    assert.ok(isRecord(list) && Array.isArray(list.items) && isRecord(list.metadata));
    assert.deepEqual([list.kind, list.apiVersion], ['ThirdPartyResourceList', 'extensions/v1beta1']);
    assert.deepEqual(
      list.items.find(({ metadata }) => metadata.name === name),
      item,
    );
    assert.deepEqual(Object.keys(list.metadata), ['selfLink', 'resourceVersion']);
    assert.ok(Number(list.metadata.resourceVersion) >= Number(resourceVersion));
  });

  test('a second create and a missing TPR fail as on 1.7', async () => {
    const name = 'again.errors.example.org';
    await client.createTpr(name);
    const exists = failure(
      409,
      'AlreadyExists',
      `thirdpartyresources.extensions "${name}" already exists`,
      name,
    );
    assert.deepEqual(await client.post(TPR_PATH, tpr(name)), { status: 409, body: exists });
    const missing = failure(404, 'NotFound', 'thirdpartyresources.extensions "nope" not found', 'nope');
    for (const answer of [await client.get(`${TPR_PATH}/nope`), await client.remove(`${TPR_PATH}/nope`)]) {
      assert.deepEqual(answer, { status: 404, body: missing });
    }
  });

  test('update needs the latest version; merge and strategic patches work', async () => {
    const name = 'change.update.example.org';
    const path = `${TPR_PATH}/${name}`;
    const created = await client.createTpr(name);
    const updated = await api.call({ method: 'PUT', path, body: { ...created, description: 'new' } });
    assert.ok(updated.status === 200 && isRecord(updated.body) && updated.body.description === 'new');
    const stale = await api.call({ method: 'PUT', path, body: { ...created, description: 'newer' } });
    const message = `Operation cannot be fulfilled on thirdpartyresources.extensions "${name}": the object has been modified; please apply your changes to the latest version and try again`;
    assert.deepEqual(stale, { status: 409, body: failure(409, 'Conflict', message, name) });
    for (const form of ['merge-patch', 'strategic-merge-patch']) {
      const contentType = `application/${form}+json`;
      const patched = await api.call({ method: 'PATCH', path, body: { description: form }, contentType });
      assert.ok(patched.status === 200 && isRecord(patched.body) && patched.body.description === form);
    }
  });

  test('a watch tells of changes', async () => {
    const stop = new AbortController();
    const { body: list } = await client.get(TPR_PATH);
    assert.ok(isRecord(list) && isRecord(list.metadata));
    const path = `${TPR_PATH}?watch=true&resourceVersion=${list.metadata.resourceVersion}`;
    const { body } = await api.send({ method: 'GET', path, signal: stop.signal });
    await client.createTpr('seen.watch.example.org');
    for await (const chunk of body) {
      const event: unknown = JSON.parse(String(chunk));
      assert.ok(isRecord(event) && isKubeObject(event.object));
      assert.deepEqual([event.type, event.object.kind], ['ADDED', 'ThirdPartyResource']);
      assert.equal(event.object.metadata.name, 'seen.watch.example.org');
      break;
    }
    stop.abort();
  });

  test('the endpoint of instances appears some time after the TPR', async () => {
    const path = instances('alpha.example.org', 'systemnetworkpolicies');
    await client.createTpr('system-network-policy.alpha.example.org');
    assert.deepEqual(await client.get(path), { status: 404, body: '404 page not found\n' });
    await client.answers(path, 200);
    const { body } = await client.get(path);
    assert.ok(isRecord(body));
    assert.deepEqual([body.kind, body.items], ['SystemNetworkPolicyList', []]);
    const one = await client.createInstance(
      'alpha.example.org',
      'SystemNetworkPolicy',
      'systemnetworkpolicies',
    );
    const instance = await client.get(one);
    assert.ok(isKubeObject(instance.body));
    assert.deepEqual(instance.body.spec, { any: [1, 'two'] });
    assert.equal(instance.body.metadata.selfLink, one);
  });

  test('deleting a TPR removes nothing while its group has another; creating it again finds its instances', async () => {
    await Promise.all([
      client.createTpr('ip-pool.both.example.org'),
      client.createTpr('bgp-peer.both.example.org'),
    ]);
    const pool = await client.createInstance('both.example.org', 'IpPool', 'ippools');
    const { status, body } = await client.remove(`${TPR_PATH}/ip-pool.both.example.org`);
    assert.ok(status === 200 && isRecord(body) && body.status === 'Success');
    await client.answers(`${TPR_PATH}/ip-pool.both.example.org`, 404);
    await sleep(3 * DELAY_MS);
    const kept = await client.get(pool);
    assert.equal(kept.status, 200);
    await client.createTpr('ip-pool.both.example.org');
    await sleep(3 * DELAY_MS);
    assert.deepEqual(await client.get(pool), kept);
  });

  test('with the last TPR, all instances of the group are destroyed, in all namespaces, then its endpoints', async () => {
    await Promise.all([
      client.createTpr('ip-pool.last.example.org'),
      client.createTpr('bgp-peer.last.example.org'),
    ]);
    await client.createInstance('last.example.org', 'IpPool', 'ippools');
    const peer = await client.createInstance('last.example.org', 'BgpPeer', 'bgppeers', 'default');
    await client.remove(`${TPR_PATH}/ip-pool.last.example.org`);
    await client.remove(`${TPR_PATH}/bgp-peer.last.example.org`);
    assert.equal((await client.get(peer)).status, 200);
    await client.answers('/apis/last.example.org/v1', 404);
    await client.createTpr('bgp-peer.last.example.org');
    await client.answers(instances('last.example.org', 'bgppeers', 'default'), 200);
    assert.equal((await client.get(peer)).status, 404);
    assert.equal((await client.get(instances('last.example.org', 'ippools'))).status, 404);
  });

  test('a user without rights gets 403; rights are those on thirdpartyresources of extensions', async () => {
    const user = await openUpstream(await cluster.kubeconfigFor({ user: 'reader' }));
    const list = { method: 'GET', path: TPR_PATH } as const;
    const { status, body } = await user.call(list);
    assert.ok(status === 403 && isRecord(body) && body.reason === 'Forbidden', JSON.stringify(body));
    const rule = ['--verb=list', '--resource=thirdpartyresources.extensions'];
    await cluster.kubectl(['create', 'clusterrole', 'tpr-reader', ...rule]);
    const binding = ['--clusterrole=tpr-reader', '--user=reader'];
    await cluster.kubectl(['create', 'clusterrolebinding', 'tpr-reader', ...binding]);
    while ((await user.call(list)).status !== 200) await sleep(50);
    const denied = await user.call({ method: 'DELETE', path: `${TPR_PATH}/nope` });
    assert.equal(denied.status, 403);
    await user.close();
  });

  test('kubectl applies, gets and deletes a manifest', async () => {
    const name = 'ip-pool.kubectl.example.org';
    const apply = async (description: string) => {
      const input = JSON.stringify({ ...tpr(name), description });
      const { stdout, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input });
      assert.equal(stderr, '');
      return stdout.trim();
    };
    assert.equal(await apply('one'), `thirdpartyresource.extensions/${name} created`);
    assert.equal(await apply('one'), `thirdpartyresource.extensions/${name} unchanged`);
    assert.equal(await apply('two'), `thirdpartyresource.extensions/${name} configured`);
    const path = ['thirdpartyresources', name, '-o', 'jsonpath={.description}'];
    assert.equal((await cluster.kubectl(['get', ...path])).stdout, 'two');
    assert.match(
      (await cluster.kubectl(['get', 'thirdpartyresources'])).stdout,
      new RegExp(`^${name} `, 'm'),
    );
    const input = JSON.stringify(tpr(name));
    const deleted = await cluster.kubectl(['delete', '-f', '-'], { input });
    assert.equal(deleted.stdout.trim(), `thirdpartyresource.extensions "${name}" deleted`);
    assert.equal((await client.get(`${TPR_PATH}/${name}`)).status, 404);
  });

  test('a server that is started again goes on with what is stored', async () => {
    const kept = await client.createTpr('ip-pool.kept.example.org');
    await client.createTpr('ip-pool.gone.example.org');
    const keptPool = await client.createInstance('kept.example.org', 'IpPool', 'ippools');
    const gonePool = await client.createInstance('gone.example.org', 'IpPool', 'ippools');
    await client.remove(`${TPR_PATH}/ip-pool.gone.example.org`);
    await server.stop();
    await client.answers(TPR_GROUP_PATH, 404);
    await sleep(2 * DELAY_MS);
    assert.equal((await client.get(gonePool)).status, 200);
    server = await start();
    assert.deepEqual((await client.get(`${TPR_PATH}/ip-pool.kept.example.org`)).body, kept);
    await client.answers(gonePool, 404);
    assert.equal((await client.get(keptPool)).status, 200);
  });
});
