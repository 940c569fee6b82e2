import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODES } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../../jobs/lib/kubernetes/list.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import type { Answer, Exchange } from '../../../kubernetes-1.7/recordings.ts';
import { startReplay } from '../../../kubernetes-1.7/replay-server.ts';

/** A page of Nodes with these names, and the token of the next page. */
const page = (names: readonly string[], next?: string): Answer => ({
  status: 200,
  contentType: 'application/json',
  body: {
    kind: 'NodeList',
    metadata: next === undefined ? {} : { continue: next },
    items: names.map(name => ({ metadata: { name, managedFields: [{ manager: 'kubelet' }] } })),
  },
});

const EXPIRED: Answer = {
  status: 410,
  contentType: 'application/json',
  body: { kind: 'Status', reason: 'Expired', message: 'The provided continue parameter is too old' },
};

/** A server that answers lists of Nodes with these, one after the other. */
const nodesServer = (answers: readonly Answer[]) =>
  startReplay(
    answers.map(
      (response): Exchange => ({ name: '', request: { method: 'GET', path: '/api/v1/nodes' }, response }),
    ),
  );

const namesOf = (objects: readonly KubeObject[] | undefined) => objects?.map(({ metadata }) => metadata.name);

test('reads page after page, with the selector on each', async () => {
  await using server = await nodesServer([page(['a', 'b'], 'two'), page([], 'three'), page(['c'], '')]);
  const nodes = await list(server.client, NODES, { labelSelector: 'k8s-app in (calico-node, canal)' });
  assert.deepEqual(namesOf(nodes), ['a', 'b', 'c']);
  const common = { limit: '500', labelSelector: 'k8s-app in (calico-node, canal)' };
  assert.deepEqual(
    server.requests.map(({ query }) => query),
    [common, { ...common, continue: 'two' }, { ...common, continue: 'three' }],
  );
});

test('gives each object its kind, and leaves out who wrote which field', async () => {
  await using server = await nodesServer([page(['a'])]);
  assert.deepEqual(await list(server.client, NODES), [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } },
  ]);
});

test('keeps of each object what is picked', async () => {
  await using server = await nodesServer([page(['a', 'b'])]);
  const pick = ({ metadata: { name } }: KubeObject): KubeObject => ({ metadata: { name: `${name}!` } });
  assert.deepEqual(namesOf(await list(server.client, NODES, { pick })), ['a!', 'b!']);
});

test('begins anew where the pages have expired, without the objects of the first try', async () => {
  await using server = await nodesServer([page(['old'], 'x'), EXPIRED, page(['a'], 'y'), page(['b'])]);
  assert.deepEqual(namesOf(await list(server.client, NODES)), ['a', 'b']);
});

test('gives up where the pages expire again and again', async () => {
  await using server = await nodesServer([EXPIRED]);
  await assert.rejects(list(server.client, NODES), /410: The provided continue parameter is too old/);
  assert.equal(server.requests.length, 5);
});

test('an empty list may be null; anything else that is no list is an error, never "none"', async () => {
  const answer = (body: unknown): Answer => ({ status: 200, contentType: 'application/json', body });
  await using empty = await nodesServer([answer({ items: null }), answer({})]);
  assert.deepEqual(await list(empty.client, NODES), []);
  assert.deepEqual(await list(empty.client, NODES), []);
  for (const body of [
    '',
    '<html>',
    '[',
    null,
    [],
    { items: {} },
    { items: [{}] },
    { items: [{ metadata: {} }] },
  ]) {
    await using server = await nodesServer([answer(body)]);
    await assert.rejects(list(server.client, NODES), /is not (a list|JSON)/, JSON.stringify(body));
  }
});
