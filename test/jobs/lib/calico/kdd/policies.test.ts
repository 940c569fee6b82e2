import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GLOBAL_NETWORK_POLICIES } from '../../../../../jobs/lib/calico/crd-kinds.ts';
import { convertPolicies } from '../../../../../jobs/lib/calico/kdd/policies.ts';
import { crdObject, POLICY } from '../../../kdd-v1-to-v3/data.ts';

const policy = (name: string, spec: unknown, metadata = {}) =>
  crdObject(GLOBAL_NETWORK_POLICIES, name, spec, metadata);

const one = (name: string, spec: unknown) => convertPolicies([policy(name, spec)], true);

const specOf = (spec: unknown): unknown => one('p', spec).objects[0]?.object.spec;

describe('GlobalNetworkPolicies while nodes of 2.x may run', () => {
  it('are left alone, whatever they hold, and it is said what they mean to 3.0', () => {
    const { objects, problems, notes } = convertPolicies([POLICY, policy('bad', { order: 'x' })], false);
    assert.deepEqual([objects, problems], [[], []]);
    const texts = notes.map(({ object, reason }) => `${object}: ${reason}`);
    assert.equal(texts.length, 5, texts.join('\n'));
    assert.match(texts[0] ?? '', /allow-dns: has no types: .* Write types: \[ingress\] into it before/);
    assert.match(
      texts[1] ?? '',
      /allow-dns: names the label calico\/k8s_ns, which endpoints have in 2\.6 only/,
    );
    assert.match(texts[2] ?? '', /bad: has no types/);
    assert.match(
      texts[3] ?? '',
      /bad: spec\.order is "x", expected a number, so that it cannot be converted/,
    );
    assert.match(texts[4] ?? '', /^GlobalNetworkPolicy allow-dns and 1 more: left as they are/);
  });

  it('in the form of 3.0 are nothing to speak of', () => {
    const found = convertPolicies([policy('default.x', { selector: 'all()' })], false);
    assert.deepEqual(found, { objects: [], problems: [], notes: [] });
  });
});

describe('GlobalNetworkPolicies where every node runs 3.0', () => {
  it('become objects that 3.0 can address and edit, with their labels', () => {
    const { objects, problems, notes } = convertPolicies([POLICY], true);
    assert.deepEqual(problems, []);
    assert.deepEqual(objects[0]?.object, {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'default.allow-dns', labels: { team: 'net' } },
      spec: {
        order: 50,
        ingress: [
          {
            action: 'Allow',
            protocol: 'UDP',
            source: { nets: ['10.0.0.0/8'] },
            destination: { ports: [53] },
          },
        ],
        selector: "k8s-app == 'dns' && projectcalico.org/namespace == 'kube-system'",
        types: ['Ingress'],
      },
    });
    assert.match(
      notes.at(-1)?.reason ?? '',
      /kubectl delete globalnetworkpolicies\.crd\.projectcalico\.org allow-dns$/,
    );
  });

  it('with dots in their names get a name without', () => {
    assert.equal(
      one('team-a.web', { selector: 'all()' }).objects[0]?.object.metadata.name,
      'default.team-a-web-91703ad0',
    );
  });

  it('keep every part of a rule', () => {
    const rule = {
      action: 'deny',
      ipVersion: 4,
      notProtocol: 'tcp',
      source: { net: '10.1.2.3', tag: 'web', notSelector: "a == 'b'", notTag: 'c', notNet: '10.2.0.0/16' },
      destination: { notNets: ['10.3.0.0/16'] },
    };
    const icmp = { action: 'pass', protocol: 'icmp', icmp: { type: 8, code: 0 } };
    const ports = { action: 'log', protocol: 'tcp', destination: { notPorts: ['80:90', 443] } };
    assert.deepEqual(specOf({ egress: [rule, icmp, ports], ingress: [{}] }), {
      ingress: [{ action: 'Allow', source: {}, destination: {} }],
      egress: [
        {
          action: 'Deny',
          ipVersion: 4,
          notProtocol: 'TCP',
          source: {
            nets: ['10.1.2.3/32'],
            selector: "web == ''",
            notNets: ['10.2.0.0/16'],
            notSelector: "(a == 'b') || c == ''",
          },
          destination: { notNets: ['10.3.0.0/16'] },
        },
        { action: 'Pass', protocol: 'ICMP', icmp: { type: 8, code: 0 }, source: {}, destination: {} },
        { action: 'Log', protocol: 'TCP', source: {}, destination: { notPorts: ['80:90', 443] } },
      ],
      selector: '',
      types: ['Ingress', 'Egress'],
    });
  });

  const RULES = [{ action: 'allow' }];
  for (const [what, spec, types] of [
    ['no rules', {}, ['Ingress']],
    ['rules for ingress', { ingress: RULES }, ['Ingress']],
    ['rules for egress', { egress: RULES }, ['Egress']],
    ['rules for both', { ingress: RULES, egress: RULES }, ['Ingress', 'Egress']],
    ['empty types', { types: [], egress: RULES }, ['Egress']],
    ['types of its own', { types: ['ingress', 'egress'] }, ['Ingress', 'Egress']],
  ] as const) {
    it(`have the types that 2.6 gives them, with ${what}`, () => {
      const found = specOf(spec);
      assert.deepEqual(found && typeof found === 'object' && 'types' in found && found.types, types);
    });
  }

  it('that apply before DNAT or without tracking apply to forwarded traffic', () => {
    assert.deepEqual(specOf({ preDNAT: true, selector: 'all()' }), {
      selector: 'all()',
      types: ['Ingress'],
      preDNAT: true,
      applyOnForward: true,
    });
  });

  it('that cannot be converted are problems with the field as the object has it', () => {
    const spec = {
      selector: 'a ==',
      ingress: [{ action: 'maybe', source: { nets: ['x'], notTag: 7 }, destination: { tag: 5 } }],
      egress: [{ action: 'allow', icmp: { type: 'x' }, notProtocol: {} }],
    };
    const { objects, problems } = one('p', spec);
    assert.deepEqual(objects, []);
    assert.deepEqual(problems.map(({ field }) => field).sort(), [
      'spec.egress[0].icmp.type',
      'spec.egress[0].notProtocol',
      'spec.ingress[0].destination.tag',
      'spec.ingress[0].source.nets[0]',
      'spec.ingress[0].source.notTag',
    ]);
    for (const { fix } of problems) assert.match(fix, /kubectl edit globalnetworkpolicies\.crd/);
    assert.deepEqual(
      one('p', { selector: 'a ==' }).problems.map(({ field }) => field),
      ['spec.selector'],
    );
  });

  it('with something else where an object should be are problems: no condition is lost', () => {
    for (const rule of [{ source: 'x' }, { icmp: 8 }, { destination: { ports: 80 } }, 'x', null])
      assert.equal(one('p', { ingress: [rule] }).problems.length, 1, JSON.stringify(rule));
  });

  it('whose fields Calico does not know are converted without them, with a note', () => {
    const { objects, notes } = one('p', { ingress: [{ action: 'allow', source: { zone: 1 } }] });
    assert.equal(objects.length, 1);
    assert.match(
      notes.map(({ reason }) => reason).join('\n'),
      /^spec\.ingress\[0\]\.source\.zone is not carried/m,
    );
  });

  it('that would change places with Kubernetes NetworkPolicies are problems', () => {
    const found = one('zz', { order: 1000, selector: 'all()' });
    assert.deepEqual(found.objects, []);
    assert.match(
      found.problems[0]?.reason ?? '',
      /^is 1000, as that of the Kubernetes NetworkPolicies, and as def/,
    );
    assert.equal(one('aa', { order: 1000, selector: 'all()' }).objects.length, 1, 'before them already');
    assert.equal(one('zz', { order: 999, selector: 'all()' }).objects.length, 1);
  });

  it('that would change places with each other, or with one of 3.0, are problems', () => {
    const problems = (...policies: readonly (readonly [name: string, order?: number])[]) =>
      convertPolicies(
        policies.map(([name, order]) => policy(name, { ...(order && { order }), selector: 'all()' })),
        true,
      ).problems.map(({ object }) => object);
    assert.deepEqual(
      problems(['a', 5], ['b', 5], ['z', 5], ['default.b', 5]),
      [],
      'default.b is a copy of b',
    );
    assert.deepEqual(problems(['x-c', 5], ['x.b', 5]), [
      'GlobalNetworkPolicy x-c',
      'GlobalNetworkPolicy x.b',
    ]);
    assert.deepEqual(problems(['x-c'], ['x.b']), ['GlobalNetworkPolicy x-c', 'GlobalNetworkPolicy x.b']);
    assert.deepEqual(problems(['x-c', 5], ['x.b', 6]), []);
    assert.deepEqual(problems(['x', 5], ['default.z', 5]), ['GlobalNetworkPolicy x']);
    assert.deepEqual(problems(['x', 5], ['default.a', 5]), []);
  });
});
