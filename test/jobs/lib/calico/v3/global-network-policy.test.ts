import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectorProblems } from '../../../../../jobs/lib/calico/v3/entity-problems.ts';
import {
  type GlobalNetworkPolicySpec,
  globalNetworkPolicyProblems,
} from '../../../../../jobs/lib/calico/v3/global-network-policy.ts';

const BASE: GlobalNetworkPolicySpec = { selector: 'all()', types: ['Ingress'] };

describe('globalNetworkPolicyProblems', () => {
  for (const [spec, ...fields] of [
    [{}],
    [{ order: 0, selector: '', types: [] }],
    [{ doNotTrack: true, applyOnForward: true }],
    [{ doNotTrack: true }, 'spec.applyOnForward'],
    [{ preDNAT: true }, 'spec.applyOnForward'],
    [
      { preDNAT: true, doNotTrack: true, applyOnForward: true, types: ['Egress'] },
      'spec.preDNAT',
      'spec.types',
    ],
    [{ types: ['Egress', 'Egress'] }, 'spec.types'],
    [
      {
        ingress: [{ action: 'Allow', source: { nets: ['10.0.0.0/8'] }, destination: { nets: ['fd00::/8'] } }],
      },
      'spec.ingress[0].destination.nets[0]',
    ],
  ] as const) {
    it(`${JSON.stringify(spec)}: ${fields.join(', ') || 'fine'}`, () => {
      const problems = globalNetworkPolicyProblems('p', undefined, { ...BASE, ...spec });
      assert.deepEqual(
        problems.map(problem => problem.field),
        fields,
      );
    });
  }
});

describe('selectorProblems', () => {
  it('says what was found where, and what was expected', () => {
    const reasons = ["a == 'b' c", 'a =='].map(
      selector => selectorProblems('spec.selector', selector)[0]?.reason,
    );
    assert.deepEqual(reasons, [
      'is "a == \'b\' c", which is no selector: an operator or the end is expected instead of "c"',
      'is "a ==", which is no selector: a value in quotes is expected instead of the end',
    ]);
  });
});
