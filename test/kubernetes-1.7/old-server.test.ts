import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Agent, request } from 'undici';
import { connect } from '../../jobs/lib/kubernetes/client.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { defineTprs } from '../cluster/seed.ts';
import { accountWith } from '../jobs/job-rights.ts';
import { type OldServer, startOldServer } from './old-server.ts';
import { type Answer, type Exchange, recorded } from './recordings.ts';

/** Played in this order, each has to give what it gave on 1.7.5. */
const SAME = [
  'version',
  'groups',
  'discovery /api/v1',
  'discovery /apis/extensions/v1beta1',
  'discovery /apis/apiextensions.k8s.io/v1beta1',
  'discovery /apis/batch/v1',
  'group not served',
  'lease api (absent)',
  'tpr create',
  'tpr instances before the endpoint is up',
  'tpr instances, none',
  'tpr instance create',
  'tpr instance create again',
  'tpr instance get',
  'tpr instance list',
  'tpr instance list over all namespaces',
  'tpr instance list with limit',
  'tpr instance missing',
  'tpr instance merge patch',
  'tpr instance strategic patch',
  'crd create',
  'crd create again',
  'crd create with a wrong name',
  'crd get, established',
  'cr list, none',
  'cr create',
  'cr create again',
  'cr get',
  'cr strategic patch',
  'namespace create',
  'networkpolicy create',
  'networkpolicy through extensions',
  'networkpolicy with podSelector null',
  'networkpolicy with policyTypes (1.8 field)',
];

const DEADLINE_MS = 10_000;

describe('the server that behaves as Kubernetes 1.7.5', () => {
  let cluster: Cluster;
  let server: OldServer;
  let dispatcher: Agent;
  let admin: string;

  const send = async (
    { method, path, contentType, body }: Exchange['request'],
    token: string,
  ): Promise<Answer> => {
    const reply = await request(`${server.url}${path}`, {
      method: method === 'POST' || method === 'PATCH' ? method : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(contentType && { 'content-type': contentType }) },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher,
    });
    return {
      status: reply.statusCode,
      contentType: String(reply.headers['content-type']),
      body: parsed(await reply.body.text()),
    };
  };

  before(async () => {
    cluster = await startCluster({ name: 'as-1-7', tpr: { delayMs: 500 } });
    server = await startOldServer(cluster);
    dispatcher = new Agent({ connect: { ca: readFileSync(cluster.ca) } });
    const client = connect({ kubeconfig: cluster.kubeconfig });
    try {
      await defineTprs(client, ['ip-pool.projectcalico.org']);
      const all = { namespace: undefined, group: '*', resource: '*', name: undefined, verb: '*' };
      admin = tokenIn(await accountWith(cluster, client, [all]));
    } finally {
      await client.close();
    }
  });
  after(async () => {
    await dispatcher?.destroy();
    await server?.[Symbol.asyncDispose]();
    await cluster?.stop();
  });

  it('answers as recorded', async () => {
    for (const name of SAME) {
      const { request, response } = recorded(name);
      const wanted = comparable(response);
      const deadline = performance.now() + DEADLINE_MS;
      let found = comparable(await send(request, admin));
      // An endpoint appears some seconds after its definition.
      while (request.method === 'GET' && found !== wanted && performance.now() < deadline) {
        found = comparable(await send(request, admin));
      }
      assert.equal(found, wanted, name);
    }
  });

  it('refuses in plain text', async () => {
    const nobody = await cluster.serviceAccountToken('default', 'default');
    for (const name of ['forbidden list', 'forbidden create']) {
      const { request, response } = recorded(name);
      const found = comparable(await send(request, nobody));
      assert.equal(found.replace('system:serviceaccount:default:default', 'reader'), comparable(response));
    }
    const { request, response } = recorded('unauthorized');
    assert.equal(comparable(await send(request, 'nonsense')), comparable(response));
  });

  it('knows no server-side apply, and nothing of later groups', async () => {
    const path = '/api/v1/namespaces/default/configmaps/x';
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    const apply = { method: 'PATCH', path, contentType: 'application/apply-patch+yaml', body };
    assert.equal((await send(apply, admin)).status, 415);
    for (const group of ['apps/v1', 'apiextensions.k8s.io/v1', 'events.k8s.io/v1', 'batch/v1beta1'])
      assert.equal((await send({ method: 'GET', path: `/apis/${group}` }, admin)).status, 404, group);
  });
});

function tokenIn(kubeconfig: string): string {
  const [, token] = /token: ["']?([^"'\s]+)/.exec(readFileSync(kubeconfig, 'utf8')) ?? [];
  assert.ok(token, 'the kubeconfig has a token');
  return token;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As text, with fields in one order and without what is different in each cluster. */
const comparable = ({ status, contentType, body }: Answer): string =>
  JSON.stringify({ status, contentType, body: sorted(body) }, undefined, 1).replaceAll(
    /"(uid|resourceVersion|creationTimestamp|lastTransitionTime)": (null|"[^"]*")/g,
    '"$1": "…"',
  );

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
