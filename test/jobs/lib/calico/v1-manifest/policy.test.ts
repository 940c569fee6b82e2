import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, converted, manifest, refused } from './converted.ts';

const policy = (spec: unknown, metadata: unknown = { name: 'p' }) => manifest('policy', metadata, spec);
const allow = { action: 'allow' };
const v3Allow = { action: 'Allow', source: {}, destination: {} };
const rule = (fields: object) => policy({ ingress: [{ action: 'allow', ...fields }] });

describe('a policy becomes a GlobalNetworkPolicy', () => {
  for (const [what, spec, v3] of [
    ['without spec', undefined, { selector: '', types: ['Ingress'] }],
    ['without rules it is for ingress', { selector: 'all()' }, { selector: 'all()', types: ['Ingress'] }],
    [
      'with egress rules it is for egress',
      { egress: [allow] },
      { egress: [v3Allow], selector: '', types: ['Egress'] },
    ],
    [
      'with both it is for both, and an empty list of types says nothing',
      { ingress: [allow], egress: [allow], types: [] },
      { ingress: [v3Allow], egress: [v3Allow], selector: '', types: ['Ingress', 'Egress'] },
    ],
    ['its types count', { types: ['egress'] }, { selector: '', types: ['Egress'] }],
    ['order', { order: 12.5 }, { order: 12.5, selector: '', types: ['Ingress'] }],
    [
      'doNotTrack',
      { doNotTrack: true, preDNAT: false },
      { selector: '', types: ['Ingress'], doNotTrack: true, applyOnForward: true },
    ],
    ['preDNAT', { preDNAT: true }, { selector: '', types: ['Ingress'], preDNAT: true, applyOnForward: true }],
    [
      'the label of the namespace',
      { selector: "calico/k8s_ns == 'a'" },
      { selector: "projectcalico.org/namespace == 'a'", types: ['Ingress'] },
    ],
  ] as const) {
    it(what, () => assert.deepEqual(converted(policy(spec)).spec, v3));
  }

  it('has no prefix in its name, and keeps annotations', () => {
    const metadata = { name: 'Allow_DNS', annotations: { owner: 'dba', count: 3, empty: null } };
    assert.deepEqual(converted(policy({}, metadata)).metadata, {
      name: 'allow-dns-dfcaf25f',
      annotations: { owner: 'dba', count: '3', empty: '' },
    });
  });
});

describe('a rule', () => {
  const side = {
    tag: 'web',
    selector: "a == 'b'",
    nets: ['10.1.2.3/16'],
    net: '11.0.0.0/8',
    ports: [80, '8000:8100'],
    notTag: 'db',
    notSelector: 'has(c)',
    notNets: ['12.0.0.0/8'],
    notNet: '13.0.0.1',
    notPorts: ['9'],
  };
  const v3Side = {
    nets: ['10.1.0.0/16', '11.0.0.0/8'],
    selector: "(a == 'b') && web == ''",
    ports: [80, '8000:8100'],
    notNets: ['12.0.0.0/8', '13.0.0.1/32'],
    notSelector: "(has(c)) || db == ''",
    notPorts: [9],
  };
  for (const [what, v1, v3] of [
    ['pass', { action: 'pass' }, { action: 'Pass', source: {}, destination: {} }],
    ['log', { action: 'log', source: null }, { action: 'Log', source: {}, destination: {} }],
    [
      'both sides',
      { protocol: 'tcp', source: side, destination: side },
      { action: 'Allow', protocol: 'TCP', source: v3Side, destination: v3Side },
    ],
    [
      'ICMP',
      { ipVersion: 4, protocol: 'icmp', icmp: { type: 8, code: 0 }, notProtocol: 6, notICMP: { type: 3 } },
      {
        ...{ action: 'Allow', ipVersion: 4, protocol: 'ICMP', icmp: { type: 8, code: 0 } },
        ...{ notProtocol: 6, notICMP: { type: 3 }, source: {}, destination: {} },
      },
    ],
  ] as const) {
    it(`converts ${what}`, () => {
      assert.deepEqual(converted(rule(v1)).spec, { ingress: [v3], selector: '', types: ['Ingress'] });
    });
  }
});

describe('what is wrong in a policy is named by its path in the manifest', () => {
  const first = 'spec.ingress[0]';
  for (const [what, object, ...fields] of [
    ['no name', policy({}, {}), 'metadata.name'],
    ['an empty name', policy({}, { name: '' }), 'metadata.name'],
    ['metadata that is no object', policy({}, 'p'), 'metadata'],
    ['a name without a letter', policy({}, { name: '_' }), 'metadata.name'],
    ['an unknown field', policy({ aplyOnForward: true }), 'spec.aplyOnForward'],
    [
      'unknown fields everywhere',
      { ...policy({ a: 1 }, { name: 'p', b: 1 }), c: 1 },
      'c',
      'metadata.b',
      'spec.a',
    ],
    ['a wrong selector', policy({ selector: 'a ==' }), 'spec.selector'],
    ['an order in quotes', policy({ order: '10' }), 'spec.order'],
    ['a type that there is not', policy({ types: ['ingress', 'both'] }), 'spec.types[1]'],
    ['a switch in quotes', policy({ doNotTrack: 'true' }), 'spec.doNotTrack'],
    ['both kinds of policy', policy({ doNotTrack: true, preDNAT: true }), 'spec.preDNAT'],
    ['rules that are no list', policy({ egress: {} }), 'spec.egress'],
    ['a rule that is none', policy({ egress: [allow, 'x'] }), 'spec.egress[1]'],
    ['a rule without action', policy({ egress: [{}] }), 'spec.egress[0].action'],
    ['a key of an annotation', policy({}, { name: 'p', annotations: { '%': '' } }), 'metadata.annotations'],
    ['an action', rule({ action: 'permit' }), `${first}.action`],
    ['a protocol', rule({ protocol: 300 }), `${first}.protocol`],
    ['ports without protocol', rule({ source: { ports: [1] } }), `${first}.source.ports`],
    ['a port', rule({ protocol: 'tcp', source: { ports: [1, '9:8'] } }), `${first}.source.ports[1]`],
    ['a network', rule({ destination: { notNets: ['1.0.0.0/8', 'x'] } }), `${first}.destination.notNets[1]`],
    ['the single network', rule({ source: { net: 'x' } }), `${first}.source.net`],
    [
      'the single network of the other IP version',
      rule({ source: { nets: ['1.0.0.0/8', '2.0.0.0/8'], net: 'fd00::/8' } }),
      `${first}.source.net`,
    ],
    ['a tag', rule({ source: { tag: 'a b' } }), `${first}.source.tag`],
    [
      'a tag beside a selector',
      rule({ source: { tag: 'has(a) || b', selector: 'all()' } }),
      `${first}.source.tag`,
    ],
    ['a selector', rule({ destination: { notSelector: '==' } }), `${first}.destination.notSelector`],
    ['a code without type', rule({ protocol: 'icmp', icmp: { code: 1 } }), `${first}.icmp.type`],
    ['an ICMP type', rule({ notICMP: { type: 'x' } }), `${first}.notICMP.type`],
    ['a field of a side', rule({ source: { serviceAccounts: {} } }), `${first}.source.serviceAccounts`],
    [
      'several at once',
      policy({ selector: '!', ingress: [{ log_prefix: 'x' }] }),
      `${first}.log_prefix`,
      `${first}.action`,
      'spec.selector',
    ],
  ] as const) {
    it(what, () => refused(object, ...fields));
  }
});

describe('a policy that a controller makes', () => {
  it('is converted, with a note', () => {
    const { resources, problems, notes } = convert(policy({}, { name: 'knp.default.shop.web' }));
    assert.deepEqual(problems, []);
    assert.equal(resources.length, 1);
    assert.match(notes[0]?.reason ?? '', /made from a NetworkPolicy.*do not apply it/);
    assert.deepEqual(notes.length, 1);
  });

  it('of Calico 2.5 gives labels that nothing has: noted', () => {
    const { notes } = convert(rule({ source: { selector: "k8s_ns/label/a == 'b'" } }));
    assert.match(
      notes[0]?.reason ?? '',
      /^spec.ingress\[0\].source.selector names the label k8s_ns\/label\/a/,
    );
  });
});
