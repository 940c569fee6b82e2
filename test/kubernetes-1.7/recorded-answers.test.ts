import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingAccess } from '../../jobs/lib/kubernetes/access.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  THIRD_PARTY_RESOURCES,
} from '../../jobs/lib/kubernetes/builtin.ts';
import { firstServed, servedResources, serverVersion } from '../../jobs/lib/kubernetes/discovery.ts';
import { ApiError, classify } from '../../jobs/lib/kubernetes/errors.ts';
import { failureOf } from '../../jobs/lib/kubernetes/failures.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { recordedFor } from './recordings.ts';
import { type Replay, startReplay } from './replay-server.ts';

const POLICIES = {
  group: 'alpha.projectcalico.org',
  version: 'v1',
  plural: 'systemnetworkpolicies',
  kind: 'SystemNetworkPolicy',
  namespaced: true,
};

/** The error of a request that must fail. */
async function errorOf(replay: Replay, method: 'GET' | 'POST', path: string): Promise<ApiError> {
  const error = await replay.client.request({ method, path }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

test('reads the version', async () => {
  await using replay = await startReplay(['version']);
  const expected = { major: 1, minor: 7, gitVersion: 'v1.7.5' };
  assert.deepEqual(await serverVersion(replay.client), expected);
});

test('finds the forms of kinds that 1.7 has, past groups and versions that it answers with JSON or with text', async () => {
  await using replay = await startReplay([
    'group not served',
    'discovery /apis/extensions/v1beta1',
    'discovery /apis/apiextensions.k8s.io/v1beta1',
    'lease api (absent)',
  ]);
  const { client } = replay;
  assert.equal((await firstServed(client, DAEMON_SETS))?.group, 'extensions');
  assert.equal((await firstServed(client, CUSTOM_RESOURCE_DEFINITIONS))?.version, 'v1beta1');
  assert.equal(await firstServed(client, [THIRD_PARTY_RESOURCES]), THIRD_PARTY_RESOURCES);
  assert.deepEqual(await servedResources(client, 'coordination.k8s.io', 'v1'), new Set());
});

test('lists in one request, since 1.7 ignores the limit; each object gets its kind', async () => {
  await using replay = await startReplay(['tpr list', 'tpr instance list']);
  const definitions = await list(replay.client, THIRD_PARTY_RESOURCES);
  assert.deepEqual(
    definitions?.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['global-bgp-config', 'global-bgp-peer', 'global-config', 'ip-pool'].map(
      name => `ThirdPartyResource ${name}.projectcalico.org`,
    ),
  );
  const policies = await list(replay.client, POLICIES, { namespace: 'kube-system' });
  assert.deepEqual(
    policies?.map(({ metadata }) => metadata.name),
    ['block-metadata'],
  );
  assert.deepEqual(
    replay.requests.map(({ accept, query }) => ({ accept, query })),
    Array(2).fill({ accept: 'application/json', query: { limit: '500' } }),
  );
});

test('takes a limit that was not obeyed for the whole list', async () => {
  await using replay = await startReplay(['tpr instance list with limit']);
  assert.equal((await list(replay.client, POLICIES, { namespace: 'kube-system' }))?.length, 1);
  assert.equal(replay.requests.length, 1);
});

test('tells a kind that is not served from an object that is not there', async () => {
  await using replay = await startReplay([
    'tpr instances before the endpoint is up',
    'tpr instance missing',
    'tpr instances, none',
  ]);
  assert.equal(await list(replay.client, POLICIES, { namespace: 'kube-system' }), undefined);
  assert.equal(await get(replay.client, POLICIES, 'nope', 'kube-system'), undefined);
  await using later = await startReplay(['tpr instances, none']);
  assert.deepEqual(await list(later.client, POLICIES, { namespace: 'kube-system' }), []);
});

test('shows the plain text of 401 and 403 to the operator, and refuses', async () => {
  await using replay = await startReplay(['forbidden list', 'forbidden create', 'unauthorized']);
  const pools = '/apis/projectcalico.org/v1/namespaces/kube-system/ippools';
  const definitions = '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions';
  const errors = [
    await errorOf(replay, 'GET', pools),
    await errorOf(replay, 'POST', definitions),
    await errorOf(replay, 'GET', '/api/v1/nodes'),
  ];
  assert.deepEqual(
    errors.map(error => `${error.status} ${classify(error)} ${failureOf(error).outcome}`),
    ['403 person refused', '403 person refused', '401 person refused'],
  );
  assert.deepEqual(
    errors.map(({ message }) => message),
    [
      `GET ${pools}: 403: User "reader" cannot list ippools.projectcalico.org in the namespace "kube-system".`,
      `POST ${definitions}: 403: User "reader" cannot create customresourcedefinitions.apiextensions.k8s.io at the cluster scope.`,
      'GET /api/v1/nodes: 401: Unauthorized',
    ],
  );
});

test('a strategic patch of an instance would fail for ever: 1.7 answers 500 and no reason', async () => {
  const path = '/apis/crd.projectcalico.org/v1/bgppeers/192-0-2-1';
  await using replay = await startReplay([recordedFor('cr strategic patch', { method: 'GET', path })]);
  const error = await errorOf(replay, 'GET', path);
  assert.equal(`${error.status} ${error.reason} ${classify(error)}`, '500  retry');
  assert.match(error.message, /^GET \S+: 500: Object 'Kind' is missing/);
});

test('a definition that the server does not take is refused with its own words', async () => {
  await using replay = await startReplay(['crd create with a wrong name']);
  const path = '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions';
  const failure = failureOf(await errorOf(replay, 'POST', path));
  assert.equal(failure.outcome, 'refused');
  assert.match(failure.message, /422: .*must be spec\.names\.plural\+"\."\+spec\.group/);
});

test('asks for rights as 1.7 understands it', async () => {
  await using replay = await startReplay(['subject access review']);
  const wanted = {
    verb: 'list',
    group: 'projectcalico.org',
    resource: 'ippools',
    namespace: 'kube-system',
  };
  assert.deepEqual(await missingAccess(replay.client, [wanted]), [wanted]);
  assert.deepEqual(replay.requests[0]?.body, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: wanted },
  });
});
