import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import { endpointName, tprDefinition } from './tpr-server-names.ts';
import { type Change, dueChanges, type EndpointCrd, wantedChanges } from './tpr-server-plan.ts';

test("derives group, kind and plural of Calico's TPRs as Kubernetes 1.7 does", () => {
  for (const { tprName, tpr } of TPR_KINDS) {
    const { group, version, kind, plural } = tpr;
    assert.deepEqual(tprDefinition(tprName, 'v1'), { group, version, kind, plural });
  }
  assert.equal(tprDefinition('too.short', 'v1'), undefined);
});

const definition = (name: string) => tprDefinition(name, 'v1') ?? assert.fail(name);
const POOL = definition('ip-pool.example.org');
const PEER = definition('bgp-peer.example.org');

function endpoint(name: string, removable = true): EndpointCrd {
  const { group } = definition(name);
  return { name: endpointName(definition(name)), group, removable };
}

const ENDPOINTS = [endpoint('ip-pool.example.org'), endpoint('bgp-peer.example.org')];
const DESTROY: Change = {
  kind: 'destroy',
  group: 'example.org',
  crds: ['ippools.example.org', 'bgppeers.example.org'],
};

test('a TPR gets an endpoint, and keeps those of its whole group', () => {
  const create: Change = { kind: 'create', definition: POOL };
  assert.deepEqual(wantedChanges({ tprs: [POOL], crds: [] }), [create]);
  assert.deepEqual(wantedChanges({ tprs: [PEER], crds: ENDPOINTS }), []);
});

test('a group without TPRs is destroyed, but no CRD that somebody else made', () => {
  const foreign = endpoint('felix-config.example.org', false);
  assert.deepEqual(wantedChanges({ tprs: [], crds: [...ENDPOINTS, foreign] }), [DESTROY]);
});

test('a change is due when it has been wanted for the whole delay', () => {
  const first = dueChanges([DESTROY], new Map(), 1000, 500);
  assert.deepEqual(first.due, []);
  assert.deepEqual(dueChanges([DESTROY], first.since, 1499, 500).due, []);
  assert.deepEqual(dueChanges([DESTROY], first.since, 1500, 500).due, [DESTROY]);
  const unwanted = dueChanges([], first.since, 1200, 500);
  assert.deepEqual(dueChanges([DESTROY], unwanted.since, 1500, 500).due, []);
});
