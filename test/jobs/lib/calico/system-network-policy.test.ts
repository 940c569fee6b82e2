import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSystemNetworkPolicy } from '../../../../jobs/lib/calico/system-network-policy.ts';
import { kindNamed, notesOf, objectOf, reasonsOf, tprObject } from './tpr-objects.ts';

const kind = kindNamed('SystemNetworkPolicy');
const SPEC = {
  order: 50,
  selector: 'has(calico/k8s_ns)',
  ingress: [{ action: 'allow' }],
  egress: [{ action: 'deny', destination: { net: '169.254.169.254/32', ports: [80, '8000:8100'] } }, {}],
};
const convert = (spec: unknown, targetVersion = '2.5.1') =>
  convertSystemNetworkPolicy(kind, tprObject(kind, 'block-metadata', spec), { targetVersion });

describe('a SystemNetworkPolicy', () => {
  it('becomes a GlobalNetworkPolicy with the same spec for 2.5', () => {
    assert.deepEqual(objectOf(convert(SPEC)), {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'block-metadata' },
      spec: SPEC,
    });
    assert.deepEqual(notesOf(convert(SPEC)), []);
  });

  for (const version of ['2.6.0', '2.6.12', '2.6', 'v3.0.1']) {
    it(`gets both types for ${version}`, () => {
      const result = convert(SPEC, version);
      assert.deepEqual(objectOf(result).spec, { ...SPEC, types: ['ingress', 'egress'] });
      assert.deepEqual(notesOf(result), []);
    });
  }

  it('that applies before DNAT gets the type ingress only', () => {
    const spec = { selector: 'all()', preDNAT: true };
    assert.deepEqual(objectOf(convert(spec, '2.6.0')).spec, { ...spec, types: ['ingress'] });
  });

  it('keeps types that say the same, in any order', () => {
    const spec = { ...SPEC, types: ['egress', 'ingress'] };
    assert.deepEqual(objectOf(convert(spec, '2.6.0')).spec, spec);
    assert.deepEqual(notesOf(convert(spec, '2.6.0')), []);
  });

  it('has a note where types say something else', () => {
    const result = convert({ ...SPEC, types: ['ingress'] }, '2.6.0');
    assert.deepEqual(objectOf(result).spec, { ...SPEC, types: ['ingress', 'egress'] });
    assert.deepEqual(notesOf(result), [
      'types is ["ingress"], which has no effect before Calico 2.6, and is written as ["ingress","egress"] to keep the meaning',
    ]);
    assert.deepEqual(notesOf(convert({ ...SPEC, types: ['ingress'] })), [
      'types is ["ingress"], which has no effect before Calico 2.6',
    ]);
  });

  it('has a note for each selector with old namespace labels, not for quoted values', () => {
    const spec = {
      selector: 'k8s_ns/label/team == \'a\' && calico/k8s_ns/label/env == "k8s_ns/label/x"',
      ingress: [
        {
          action: 'allow',
          source: { selector: "x == 'k8s_ns/label/team'", notSelector: 'has(k8s_ns/label/a)' },
        },
      ],
      egress: [{ destination: { selector: 'has(mycalico/k8s_ns/label/b)' } }],
    };
    const tail = ', which matches nothing from Calico 2.6 on: namespace labels are pcns.<label> there';
    assert.deepEqual(notesOf(convert(spec)), [
      `spec.selector uses k8s_ns/label/team, calico/k8s_ns/label/env${tail}`,
      `spec.ingress[0].source.notSelector uses k8s_ns/label/a${tail}`,
    ]);
  });

  const refused: [spec: unknown, reasons: string[]][] = [
    [undefined, ['spec is nothing, expected an object with the rules of the policy']],
    [{ selector: 5 }, ['spec.selector is 5, expected a string']],
    [{ order: '5' }, ['spec.order is "5", expected a number']],
    [{ ingress: {} }, ['spec.ingress is {}, expected a list of rules']],
    [{ egress: ['allow'] }, ['spec.egress[0] is "allow", expected a rule']],
    [{ types: 'ingress' }, ['spec.types is "ingress", expected a list of strings']],
    [{ types: [1] }, ['spec.types is [1], expected a list of strings']],
    [{ preDNAT: 'true' }, ['spec.preDNAT is "true", expected true or false']],
    [
      { ingress: [{ source: 'a' }, { destination: { notSelector: 1 } }] },
      [
        'spec.ingress[0].source is "a", expected an object',
        'spec.ingress[1].destination.notSelector is 1, expected a string',
      ],
    ],
    [
      { order: 1e300 },
      ['spec.order the number 1e+300 is beyond 9007199254740991 and cannot be copied exactly'],
    ],
  ];
  for (const [spec, reasons] of refused) {
    it(`with the spec ${JSON.stringify(spec)} is refused`, () => {
      assert.deepEqual(reasonsOf(convert(spec)), reasons);
    });
  }

  it('may have null where Calico reads that as absent', () => {
    const spec = { selector: null, order: null, ingress: null, egress: [], types: null };
    assert.deepEqual(objectOf(convert(spec)).spec, spec);
  });
});
