import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_DENY_LABELS, defaultDeny } from '../../../jobs/lib/calico/networkpolicy/default-deny.ts';
import { NETWORK_POLICIES } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { makePlan, type NamespacePlan } from '../../../jobs/policy-converter/plan.ts';
import { DENY, namespaceOf, POLICIES, policyOf } from './seed-world.ts';

const ALL = { podSelector: {} };
const OTHER = { podSelector: {}, ingress: [{}] };

function planOne(
  namespace: KubeObject,
  policies: readonly KubeObject[],
  datastore: 'kubernetes' | 'etcd' | 'unknown' = 'kubernetes',
): NamespacePlan {
  const { namespaces } = makePlan({ namespaces: [namespace], policies }, { datastore, resource: POLICIES });
  return namespaces[0] ?? assert.fail();
}

const isolated = (...policies: readonly KubeObject[]) => planOne(namespaceOf('shop', DENY), policies);
const open = (...policies: readonly KubeObject[]) => planOne(namespaceOf('shop'), policies);
const dying = { deletionTimestamp: '2017-09-01T10:00:00Z' };

describe('the plan for an isolated namespace', () => {
  it('is the documented policy, in the API that is served', () => {
    for (const resource of NETWORK_POLICIES) {
      const { create } = makePlan(
        { namespaces: [namespaceOf('shop', DENY)], policies: [] },
        { datastore: 'etcd', resource },
      );
      assert.deepEqual(create, [
        {
          apiVersion: `${resource.group}/${resource.version}`,
          kind: 'NetworkPolicy',
          metadata: { name: 'default-deny', namespace: 'shop', labels: DEFAULT_DENY_LABELS },
          spec: { podSelector: {} },
        },
      ]);
    }
  });

  const closing: readonly (readonly [what: string, spec: unknown])[] = [
    ['as the documentation writes it', { podSelector: null }],
    ['as a server of 1.8 stores it', { podSelector: {}, policyTypes: ['Ingress'] }],
    ['with an empty list of rules', { podSelector: {}, ingress: [] }],
    ['for both directions', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }],
  ];
  for (const [what, spec] of closing) {
    it(`is nothing where a policy closes all pods already, ${what}`, () => {
      const { action, why } = isolated(policyOf('shop', 'mine', spec));
      assert.deepEqual([action, why], ['nothing', 'closed: mine keeps it so']);
    });
  }

  const others: readonly (readonly [what: string, spec: unknown])[] = [
    ['has rules', OTHER],
    ['selects some pods only', { podSelector: { matchLabels: { a: 'b' } } }],
    ['is for egress only', { podSelector: {}, policyTypes: ['Egress'] }],
  ];
  for (const [what, spec] of others) {
    it(`takes another name where the policy default-deny ${what}`, () => {
      const { action, create } = isolated(policyOf('shop', 'default-deny', spec));
      assert.deepEqual([action, create?.metadata.name], ['create', 'calico-upgrade-default-deny']);
    });
  }

  it('is a refusal where both names are taken, also by a policy that is being deleted', () => {
    const both = isolated(
      policyOf('shop', 'default-deny', OTHER),
      policyOf('shop', 'calico-upgrade-default-deny', ALL, dying),
    );
    assert.equal(both.action, 'refuse');
    assert.match(
      both.problems.join(),
      /^Namespace shop: no name is free .*: NetworkPolicy shop\/default-deny has another content, NetworkPolicy shop\/calico-upgrade-default-deny is being deleted\. Rename/,
    );
  });

  it('does not count on a policy that is being deleted', () => {
    const { action, create } = isolated(policyOf('shop', 'closed', ALL, dying));
    assert.deepEqual([action, create?.metadata.name], ['create', 'default-deny']);
  });

  it('is a refusal by name where a policy cannot be read', () => {
    const { action, problems } = isolated(policyOf('shop', 'broken', { podSelector: 'all' }));
    assert.equal(action, 'refuse');
    assert.match(
      problems.join(),
      /^NetworkPolicy shop\/broken: spec\.podSelector: .*\. Repair the policy, or delete it\.$/,
    );
  });
});

describe('the plan for an open namespace', () => {
  it('is nothing without policies', () => {
    assert.equal(open().action, 'nothing');
  });

  it('deletes all policies, our own of an earlier run among them', () => {
    const own = defaultDeny(POLICIES, 'shop', 'default-deny');
    assert.equal(open(policyOf('shop', 'one', ALL)).action, 'delete');
    assert.match(open(own).why, /since its annotation is gone: our default-deny would close it/);
  });

  for (const text of ['{}', '{"ingress":{"isolation":"defaultdeny"}}', '{"ingress":', '']) {
    it(`is the same with the annotation ${text || '(empty)'} on the Kubernetes datastore`, () => {
      assert.equal(planOne(namespaceOf('shop', text), [policyOf('shop', 'one', ALL)]).action, 'delete');
    });
  }
});

describe('the plan for a namespace of which it cannot be told', () => {
  for (const datastore of ['etcd', 'unknown'] as const) {
    it(`is a refusal by name, with the way out (${datastore})`, () => {
      const { action, problems } = planOne(namespaceOf('shop', '{"ingress":'), [], datastore);
      assert.equal(action, 'refuse');
      assert.match(
        problems.join(),
        /^Namespace shop: annotation net\.beta\.kubernetes\.io\/network-policy: .*k8s_ns\.shop/,
      );
    });
  }

  it('is to skip one that is being deleted, whatever it has', () => {
    const terminating = { ...namespaceOf('shop', '{"ingress":'), status: { phase: 'Terminating' } };
    const { action, problems } = planOne(terminating, [policyOf('shop', 'one', ALL)], 'etcd');
    assert.deepEqual([action, problems], ['skip', []]);
  });
});
