import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, NODES } from '../../jobs/lib/kubernetes/builtin.ts';
import { sameContent } from '../../jobs/lib/kubernetes/clean.ts';
import { ensureCrd } from '../../jobs/lib/kubernetes/crd.ts';
import { recordEvent } from '../../jobs/lib/kubernetes/events.ts';
import { isKubeObject, isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { listPath } from '../../jobs/lib/kubernetes/resource.ts';
import { readTprs } from '../../jobs/lib/kubernetes/tprs.ts';
import { create, get, mergePatch, update } from '../../jobs/lib/kubernetes/write.ts';
import { CRDS } from '../jobs/resources.ts';
import { recorded, recordedFor } from './recordings.ts';
import { startReplay } from './replay-server.ts';

const PEERS = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  plural: 'bgppeers',
  kind: 'BGPPeer',
  singular: 'bgppeer',
  namespaced: false,
};
const NAME = '192-0-2-1';
const DEFINITION =
  '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions/bgppeers.crd.projectcalico.org';

const signal = AbortSignal.timeout(30_000);

function objectIn(value: unknown): KubeObject {
  assert.ok(isKubeObject(value), JSON.stringify(value));
  return value;
}

test('defines a kind in the form of 1.7, and waits through its answers until the kind can be used', async () => {
  await using replay = await startReplay([
    'crd create',
    recordedFor('crd create', { method: 'GET', path: DEFINITION }),
    'crd get, established',
    'cr list right after crd create',
    'cr list, none',
  ]);
  await ensureCrd(replay.client, CRDS, PEERS, signal);
  assert.deepEqual(replay.requests[0]?.body, recorded('crd create').request.body);
  const asked = replay.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  assert.deepEqual(asked, [
    'POST customresourcedefinitions',
    ...Array(2).fill('GET bgppeers.crd.projectcalico.org'),
    ...Array(4).fill('GET bgppeers'),
  ]);
});

test('takes a definition that is there', async () => {
  await using replay = await startReplay(['crd create again', 'crd get, established', 'cr list, none']);
  await ensureCrd(replay.client, CRDS, PEERS, signal);
  assert.equal(replay.requests.filter(({ method }) => method === 'POST').length, 1);
});

test('creates an object once; 1.7 reads it back with fields of its own, which are no difference', async () => {
  const wanted = objectIn(recorded('cr create').request.body);
  await using replay = await startReplay(['cr create', 'cr get']);
  assert.equal((await create(replay.client, PEERS, wanted)).created, true);
  const found = await get(replay.client, PEERS, NAME);
  assert.ok(found && sameContent(found, wanted), JSON.stringify(found));
  await using second = await startReplay(['cr create again', 'cr get']);
  const { created, object } = await create(second.client, PEERS, wanted);
  assert.equal(created, false);
  assert.ok(sameContent(object, wanted));
});

test('creates an instance of a ThirdPartyResource once; its errors name another kind', async () => {
  const wanted = objectIn(recorded('tpr instance create').request.body);
  const policies = {
    ...PEERS,
    group: 'alpha.projectcalico.org',
    plural: 'systemnetworkpolicies',
    namespaced: true,
  };
  await using replay = await startReplay(['tpr instance create again', 'tpr instance get']);
  const { created, object } = await create(replay.client, policies, wanted, 'kube-system');
  assert.equal(created, false);
  const { name } = object.metadata;
  assert.equal(name, 'block-metadata');
});

test('an update that meets another writer reads again, and says which object it means', async () => {
  await using replay = await startReplay([
    'cr get',
    'cr update, stale resourceVersion',
    'cr get again',
    'cr update, unknown fields kept',
  ]);
  const spec = { asNumber: 1 };
  const change = ({ metadata }: KubeObject) => ({
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'BGPPeer',
    metadata: { name: metadata.name },
    spec,
  });
  assert.equal(await update(replay.client, PEERS, NAME, change), true);
  const { uid, creationTimestamp } = objectIn(recorded('cr get').response.body).metadata;
  const bodies = replay.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  assert.deepEqual(
    bodies.map(body => objectIn(body).metadata),
    ['12883', '12885'].map(resourceVersion => ({ name: NAME, uid, creationTimestamp, resourceVersion })),
  );
});

test('patches a Node with a merge patch that is bound to its state', async () => {
  const node = { method: 'GET', path: '/api/v1/nodes/node-1' };
  await using replay = await startReplay([recordedFor('node create', node), 'node cordon by merge patch']);
  const annotations = { 'example/cordoned': null };
  assert.equal(await mergePatch(replay.client, NODES, 'node-1', () => ({ metadata: { annotations } })), true);
  const sent = replay.requests.at(-1);
  assert.equal(sent?.contentType, 'application/merge-patch+json');
  assert.deepEqual(sent?.body, { metadata: { annotations, resourceVersion: '12894' } });
});

test('waits for the instances of a ThirdPartyResource that is defined but not served yet', async () => {
  const tpr = { ...PEERS, group: 'projectcalico.org', plural: 'ippools', kind: 'IpPool', namespaced: true };
  const pools = { method: 'GET', path: listPath(tpr) };
  await using replay = await startReplay([
    'tpr list',
    recordedFor('tpr instances before the endpoint is up', pools),
    recordedFor('tpr instances before the endpoint is up', pools),
    recordedFor('tpr instance list', pools),
  ]);
  const tprName = 'ip-pool.projectcalico.org';
  const { instances } = await readTprs(replay.client, [{ tprName, tpr }], signal);
  assert.equal(instances.get(tprName)?.length, 1);
  const undefinedKind = { tprName: 'x.projectcalico.org', tpr: { ...tpr, plural: 'xs' } };
  assert.equal(
    (await readTprs(replay.client, [undefinedKind], signal)).instances.get('x.projectcalico.org'),
    undefined,
  );
});

test('records an Event of the form that 1.7 took', async () => {
  await using replay = await startReplay(['event create']);
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'j', uid: 'u' };
  const event = { type: 'Normal' as const, reason: 'Completed', message: 'copied 22 objects' };
  await recordEvent(replay.client, job, event, new Date('2026-11-20T10:00:00Z'), '1a2b');
  const [sent] = replay.requests;
  assert.equal(sent?.path, listPath(EVENTS, 'default'));
  const asRecorded = objectIn(recorded('event create').request.body);
  assert.deepEqual(sent?.body, {
    ...asRecorded,
    metadata: { ...asRecorded.metadata, name: `j.${Date.parse('2026-11-20T10:00:00Z').toString(16)}1a2b` },
    involvedObject: { ...(isRecord(asRecorded.involvedObject) && asRecorded.involvedObject), uid: 'u' },
  });
});
