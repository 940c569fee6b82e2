import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meaningChanges } from '../../../../../jobs/lib/calico/networkpolicy/meaning-changes.ts';
import { policyObject } from './arbitrary-world.ts';

const reasons = (spec: unknown, datastore: 'kubernetes' | 'etcd' = 'kubernetes'): readonly string[] =>
  meaningChanges(policyObject('shop', 'one', spec), datastore).map(({ reason }) => reason);

const from = (...peers: readonly unknown[]) => ({ podSelector: {}, ingress: [{ from: peers }] });

describe('what later releases take otherwise', () => {
  it('is nothing in a policy of Kubernetes 1.7', () => {
    const peers = [{ podSelector: {} }, { namespaceSelector: { matchLabels: { a: 'b' } } }];
    assert.deepEqual(reasons({ ...from(...peers), policyTypes: ['Ingress'] }), []);
    assert.deepEqual(
      reasons({ podSelector: {}, ingress: [{ ports: [{ port: 80 }, { protocol: 'UDP' }] }] }),
      [],
    );
  });

  const cases: readonly (readonly [what: string, spec: unknown, reason: RegExp])[] = [
    ['type Egress', { podSelector: {}, policyTypes: ['Egress'] }, /^its type Egress, .* acts from 2\.6 on/],
    [
      'ingress rules without the type',
      { podSelector: {}, policyTypes: ['Egress'], ingress: [{}] },
      /^its ingress rules act up to Calico 2\.5/,
    ],
    [
      'an ipBlock',
      from({ ipBlock: { cidr: '10.0.0.0/8' } }),
      /^its ipBlock 10\.0\.0\.0\/8 is any source up to/,
    ],
    [
      'two selectors in one entry',
      from({ podSelector: {}, namespaceSelector: { matchLabels: { a: 'b' } } }),
      /^a podSelector and a namespaceSelector in one entry of from counts as the podSelector/,
    ],
    [
      'an empty namespaceSelector',
      from({ namespaceSelector: {} }),
      /^its empty namespaceSelector lets in every/,
    ],
    [
      'a port by name',
      { podSelector: {}, ingress: [{ ports: [{ port: 'web' }] }] },
      /^its port "web" is a name/,
    ],
    [
      'a range of ports',
      { podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] },
      /^its endPort 90 is ignored/,
    ],
  ];
  for (const [what, spec, reason] of cases) {
    it(`is ${what}, said once`, () => {
      assert.equal(reasons(spec).filter(text => reason.test(text)).length, 1, reasons(spec).join('\n'));
    });
  }

  it('depends on the datastore', () => {
    assert.deepEqual(reasons(from({ namespaceSelector: {} }), 'etcd'), []);
    const both = from({ podSelector: {}, namespaceSelector: {} });
    assert.match(reasons(both, 'etcd').join(), /stops the policy controller before 2\.6/);
  });
});
