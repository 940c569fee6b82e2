import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  hostEndpoint,
  policy,
  profile,
  refused,
  resource,
  specText,
  workloadEndpoint,
} from './conversion.ts';

const BOTH = '"types":["Ingress","Egress"]';

describe('convertPolicy', () => {
  for (const [name, v1, spec] of [
    ['an empty object', {}, `{"selector":"",${BOTH}}`],
    ['null', 'null', `{"selector":"",${BOTH}}`],
    ['empty lists', { selector: 'all()', inbound_rules: [], types: [] }, `{"selector":"all()",${BOTH}}`],
    ['order 0', { order: 0 }, `{"order":0,"selector":"",${BOTH}}`],
    ['a fraction as order', { order: 1.5 }, `{"order":1.5,"selector":"",${BOTH}}`],
    ['types in any case', { types: ['EGRESS', 'ingress'] }, '{"selector":"","types":["Egress","Ingress"]}'],
    ['untracked', { untracked: true }, `{"selector":"",${BOTH},"doNotTrack":true,"applyOnForward":true}`],
    [
      'pre-DNAT without types',
      { pre_dnat: true },
      '{"selector":"","types":["Ingress"],"preDNAT":true,"applyOnForward":true}',
    ],
    ['apply_on_forward', { apply_on_forward: true }, `{"selector":"",${BOTH},"applyOnForward":true}`],
    ['false', { untracked: false, pre_dnat: false, apply_on_forward: false }, `{"selector":"",${BOTH}}`],
    ['keys in any case', { Selector: 'a == "b"', ORDER: 3 }, `{"order":3,"selector":"a == \\"b\\"",${BOTH}}`],
    [
      'rules',
      { outbound_rules: [{}], inbound_rules: [{ action: 'deny' }] },
      `{"ingress":[{"action":"Deny","source":{},"destination":{}}],"egress":[{"action":"Allow","source":{},"destination":{}}],"selector":"",${BOTH}}`,
    ],
  ] as const) {
    it(`converts ${name}`, () => assert.equal(specText(policy(v1)), spec));
  }

  for (const [name, v3] of [
    ['allow-dns', 'allow-dns'],
    ['Allow_DNS', 'allow-dns-dfcaf25f'],
    ['team-a.web', 'team-a-web-91703ad0'],
    ['prod/api', 'prod-api-7dd018c0'],
    ['MaKe.-.MaKe', 'make-make-1b6971c8'],
  ] as const) {
    it(`stores ${name} as default.${v3}`, () => {
      const result = policy({}, name);
      assert.equal(result.v3Name, `GlobalNetworkPolicy(${v3})`);
      assert.equal(resource(result).metadata.name, `default.${v3}`);
      assert.equal(
        result.entry?.key,
        `/calico/resources/v3/projectcalico.org/globalnetworkpolicies/default.${v3}`,
      );
    });
  }

  it('keeps annotations', () => {
    const { metadata } = resource(policy({ annotations: { a: '<>&\u2028', B: '' } }));
    assert.deepEqual(metadata, { name: 'default.p', annotations: { a: '<>&\u2028', B: '' } });
  });

  describe('row 1: what does not parse is a conversion error that names the field', () => {
    for (const [v1, ...fields] of [
      ['not json', ''],
      ['', ''],
      ['[]', ''],
      [{ order: '100' }, 'order'],
      [{ selector: 1 }, 'selector'],
      [{ untracked: 'true', pre_dnat: 1, apply_on_forward: [] }, 'untracked', 'pre_dnat', 'apply_on_forward'],
      [{ inbound_rules: {} }, 'inbound_rules'],
      [{ types: ['ingress', 'forward'] }, 'types[1]'],
      [{ annotations: { a: 1 } }, 'annotations["a"]'],
    ] as const) {
      it(JSON.stringify(v1), () => refused(policy(v1), 'conversionerrors', ...fields));
    }

    it('names all of them at once', () => {
      const rules = [{ src_net: '10.0.0.0/33' }, { dst_ports: [80, 65536, '9:8', ''], protocol: 256 }];
      refused(
        policy({ inbound_rules: rules, order: 'x' }),
        'conversionerrors',
        'order',
        'inbound_rules[0].src_net',
        'inbound_rules[1].protocol',
        'inbound_rules[1].dst_ports[1]',
        'inbound_rules[1].dst_ports[2]',
        'inbound_rules[1].dst_ports[3]',
      );
    });
  });

  it('row 2: null in a list is a conversion error', () => {
    const inbound_rules = [null, { src_nets: ['10.0.0.0/8', null], dst_ports: [null], protocol: 'tcp' }];
    refused(
      policy({ inbound_rules, types: [null] }),
      'conversionerrors',
      'inbound_rules[0]',
      'inbound_rules[1].src_nets[1]',
      'inbound_rules[1].dst_ports[0]',
      'types[0]',
    );
    refused(
      profile({ tags: [null], rules: { outbound_rules: [null] } }),
      'conversionerrors',
      'outbound_rules[0]',
      '[0]',
    );
    refused(hostEndpoint({ name: 'e', profile_ids: [null] }), 'conversionerrors', 'profile_ids[0]');
    refused(workloadEndpoint({ name: 'e', ipv4_nets: [null] }), 'conversionerrors', 'ipv4_nets[0]');
  });

  describe('refuses what v3 refuses', () => {
    for (const [v1, ...fields] of [
      [{ selector: '==' }, 'spec.selector'],
      [{ types: ['ingress', 'Ingress'] }, 'spec.types'],
      [{ pre_dnat: true, untracked: true }, 'spec.preDNAT'],
      [{ pre_dnat: true, outbound_rules: [{}] }, 'spec.egress'],
      [{ pre_dnat: true, types: ['ingress', 'egress'] }, 'spec.types'],
      [{ annotations: { 'a b': '' } }, 'metadata.annotations'],
      [{ annotations: { a: 'x'.repeat(256 * 1024) } }, 'metadata.annotations'],
    ] as const) {
      it(JSON.stringify(v1).slice(0, 80), () => refused(policy(v1), 'validationerrors', ...fields));
    }

    for (const name of ['x'.repeat(254), '$$$', `${'x'.repeat(250)}.y`]) {
      it(`the name ${name.slice(0, 10)} of ${name.length} characters`, () => {
        const { problems, v3Name } = policy({}, name);
        assert.ok(v3Name?.startsWith('GlobalNetworkPolicy('), 'a clash of names cannot be seen');
        assert.deepEqual([...new Set(problems.map(problem => problem.field))], ['metadata.name']);
      });
    }
  });

  it('row 11: renames the namespace label, not the same text in a value', () => {
    const selector = "calico/k8s_ns == 'default' && x == 'calico/k8s_ns'";
    const { spec } = resource(
      policy({ selector, inbound_rules: [{ '!dst_selector': 'has( calico/k8s_ns )' }] }),
    );
    assert.equal(spec.selector, "projectcalico.org/namespace == 'default' && x == 'calico/k8s_ns'");
    assert.match(JSON.stringify(spec.ingress), /"notSelector":"has\( projectcalico.org\/namespace \)"/);
  });

  it('notes selectors with labels that nothing has in v3', () => {
    const { notes } = policy({
      selector: "k8s_ns/label/team == 'a'",
      outbound_rules: [{ '!dst_selector': 'has(calico/k8s_ns/label/x)' }],
    });
    assert.deepEqual(
      notes.map(note => note.reason),
      [
        'spec.selector names the label k8s_ns/label/team, which nothing has in Calico 3.0: use pcns.team instead',
        'spec.egress[0].destination.notSelector names the label calico/k8s_ns/label/x, which nothing has in Calico 3.0: use pcns.x instead',
      ],
    );
  });

  it('row 14: notes a log prefix and unknown fields, with their key', () => {
    const { notes } = policy({
      doom: 1,
      inbound_rules: [{ action: 'log', log_prefix: 'hit', Src_Tags: [] }],
    });
    assert.deepEqual(
      notes.map(({ key, reason }) => [key, reason.split(':')[0]]),
      [
        ['/calico/v1/policy/tier/default/policy/p', 'doom is not carried over'],
        ['/calico/v1/policy/tier/default/policy/p', 'inbound_rules[0].log_prefix "hit" is not carried over'],
        ['/calico/v1/policy/tier/default/policy/p', 'inbound_rules[0].Src_Tags is not carried over'],
      ],
    );
    assert.deepEqual(policy({ inbound_rules: [{ log_prefix: '' }] }).notes, []);
  });
});
