import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CORDONED_BY, REPLACED, REPLACING } from '../../../controller/rollout/marks.ts';
import { nodeFacts } from '../../../controller/rollout/node-facts.ts';
import type { ObjectMeta } from '../../../jobs/lib/kubernetes/object.ts';

const facts = (metadata: Partial<ObjectMeta>, spec: unknown = {}, status: unknown = {}) =>
  nodeFacts({ metadata: { name: 'n1', resourceVersion: '7', ...metadata }, spec, status });

describe('of a node the rollout knows', () => {
  it('whether it is Ready and takes pods', () => {
    const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
    const unknown = {
      conditions: [
        { type: 'OutOfDisk', status: 'True' },
        { type: 'Ready', status: 'Unknown' },
      ],
    };
    assert.equal(facts({}, {}, ready).isReady, true);
    assert.equal(facts({}, {}, unknown).isReady, false);
    assert.equal(facts({}).isReady, false);
    assert.deepEqual(
      [facts({}).isUnschedulable, facts({}, { unschedulable: true }).isUnschedulable],
      [false, true],
    );
  });

  it('whether it is of the control plane, as installers label or taint it', () => {
    const role = 'node-role.kubernetes.io/';
    assert.equal(facts({ labels: { [`${role}master`]: '' } }).isControlPlane, true);
    assert.equal(facts({ labels: { [`${role}control-plane`]: '' } }).isControlPlane, true);
    assert.equal(facts({ labels: { 'kubernetes.io/role': 'master' } }).isControlPlane, true);
    assert.equal(
      facts({}, { taints: [{ key: `${role}master`, effect: 'NoSchedule' }] }).isControlPlane,
      true,
    );
    assert.equal(
      facts({ labels: { 'kubernetes.io/role': 'node' } }, { taints: [{ key: 'gpu' }] }).isControlPlane,
      false,
    );
  });

  it('what an upgrade noted down', () => {
    const replacing = { revision: 'r', pod: 'u', since: '2017-11-29T09:04:00Z', down: ['Mesh_10_0_0_2'] };
    const replaced = { revision: 'r', seconds: 4.2, at: '2017-11-29T09:04:05Z' };
    const annotations = {
      [CORDONED_BY]: 'to-v2-6',
      [REPLACING]: JSON.stringify(replacing),
      [REPLACED]: JSON.stringify(replaced),
    };
    const known = facts({ annotations });
    assert.deepEqual([known.cordonedBy, known.replacing, known.replaced], ['to-v2-6', replacing, replaced]);
  });

  it('nothing of a note that somebody edited so that it says nothing', () => {
    for (const text of ['', 'no', '{}', '[]', 'null', '{"revision":1,"pod":"u","since":"","down":[]}']) {
      assert.equal(facts({ annotations: { [REPLACING]: text } }).replacing, undefined);
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        facts({ annotations: { [REPLACING]: text, [REPLACED]: text, [CORDONED_BY]: text } });
      }),
    );
  });
});
