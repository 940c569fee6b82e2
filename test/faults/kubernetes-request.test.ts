import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesRequest } from './kubernetes-request.ts';

const POOLS = { group: 'projectcalico.org', resource: 'ippools' };

const CASES: readonly [string, string, ReturnType<typeof kubernetesRequest>][] = [
  ['GET', '/version', undefined],
  ['GET', '/apis/projectcalico.org/v1', undefined],
  ['GET', '/api', undefined],
  ['GET', '/api/v1/nodes', { verb: 'list', group: '', resource: 'nodes' }],
  ['HEAD', '/api/v1/nodes/n1', { verb: 'get', group: '', resource: 'nodes', name: 'n1' }],
  ['GET', '/apis/projectcalico.org/v1/ippools?limit=500', { verb: 'list', ...POOLS }],
  [
    'GET',
    '/apis/projectcalico.org/v1/namespaces/kube-system/ippools?watch=true',
    { verb: 'watch', ...POOLS, namespace: 'kube-system' },
  ],
  [
    'GET',
    '/apis/projectcalico.org/v1/watch/namespaces/kube-system/ippools/a',
    { verb: 'watch', ...POOLS, namespace: 'kube-system', name: 'a' },
  ],
  [
    'GET',
    '/apis/projectcalico.org/v1/ippools?watch=1&fieldSelector=metadata.name%3Da',
    { verb: 'watch', ...POOLS, name: 'a' },
  ],
  ['GET', '/apis/projectcalico.org/v1/ippools/a?watch=true', { verb: 'get', ...POOLS, name: 'a' }],
  ['POST', '/apis/projectcalico.org/v1/ippools', { verb: 'create', ...POOLS }],
  ['PUT', '/apis/projectcalico.org/v1/ippools/a%3Ab', { verb: 'update', ...POOLS, name: 'a:b' }],
  ['DELETE', '/apis/projectcalico.org/v1/ippools/a', { verb: 'delete', ...POOLS, name: 'a' }],
  ['DELETE', '/apis/projectcalico.org/v1/ippools', { verb: 'deletecollection', ...POOLS }],
  [
    'PATCH',
    '/api/v1/nodes/n1/status',
    { verb: 'patch', group: '', resource: 'nodes', name: 'n1', subresource: 'status' },
  ],
  ['GET', '/api/v1/namespaces', { verb: 'list', group: '', resource: 'namespaces' }],
  [
    'GET',
    '/api/v1/namespaces/shop',
    { verb: 'get', group: '', resource: 'namespaces', namespace: 'shop', name: 'shop' },
  ],
  [
    'PUT',
    '/api/v1/namespaces/shop/finalize',
    {
      verb: 'update',
      group: '',
      resource: 'namespaces',
      namespace: 'shop',
      name: 'shop',
      subresource: 'finalize',
    },
  ],
  [
    'GET',
    '/api/v1/namespaces/shop/pods/p/log?follow=true',
    { verb: 'get', group: '', resource: 'pods', namespace: 'shop', name: 'p', subresource: 'log' },
  ],
];

for (const [method, path, expected] of CASES) {
  test(`${method} ${path}`, () => assert.deepEqual(kubernetesRequest(method, path), expected));
}
