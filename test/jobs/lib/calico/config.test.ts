import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertConfig } from '../../../../jobs/lib/calico/config.ts';
import { kindNamed, notesOf, objectOf, problemsOf, reasonsOf, tprObject } from './tpr-objects.ts';

const felix = kindNamed('GlobalConfig');
const bgp = kindNamed('GlobalBgpConfig');
const convert = (name: string, spec: unknown) => convertConfig(felix, tprObject(felix, name, spec));

describe('a GlobalConfig', () => {
  it('becomes a GlobalFelixConfig with the same spec', () => {
    const spec = { name: 'LogSeverityScreen', value: 'info' };
    assert.deepEqual(objectOf(convert('logseverityscreen', spec)), {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalFelixConfig',
      metadata: { name: 'logseverityscreen' },
      spec,
    });
    assert.deepEqual(notesOf(convert('logseverityscreen', spec)), []);
  });

  it('keeps every field of the spec and every byte of the value', () => {
    for (const spec of [
      {
        name: 'A',
        value: 'namespace: x\nuid: 7\nitems: []\n',
        kind: 'GlobalConfig',
        more: { deep: [1, null] },
      },
      { name: 'A', value: '' },
      { name: 'A' },
      { name: 'A', value: null },
    ]) {
      assert.deepEqual(objectOf(convert('a', spec)).spec, spec);
    }
  });

  it('is written under the lower-cased name of the setting, with a note', () => {
    const result = convert('interface-prefix', { name: 'InterfacePrefix', value: 'tap' });
    assert.equal(objectOf(result).metadata.name, 'interfaceprefix');
    assert.deepEqual(notesOf(result), [
      'is written as interfaceprefix, the name by which Calico 2.5 looks it up',
    ]);
  });

  it('may have a dotted name', () => {
    assert.equal(
      objectOf(convert('failsafe-inbound', { name: 'Failsafe.Inbound', value: '1' })).metadata.name,
      'failsafe.inbound',
    );
  });

  const refused: [what: string, spec: unknown, reasons: string[]][] = [
    ['no spec', undefined, ['spec is nothing, expected an object with a name and a value']],
    ['a spec that is a list', [], ['spec is [], expected an object with a name and a value']],
    ['no name', { value: 'x' }, ['spec.name is nothing, expected the name of a setting']],
    ['an empty name', { name: '', value: 'x' }, ['spec.name is "", expected the name of a setting']],
    [
      'a name and a value that are numbers',
      { name: 5, value: 6 },
      ['spec.name is 5, expected the name of a setting', 'spec.value is 6, expected a string'],
    ],
    [
      'a name that cannot be an object name',
      { name: 'NodeX/With Slash', value: '1' },
      [
        'spec.name "NodeX/With Slash" in lower case is no valid object name, so Calico 2.5 could not read the setting',
      ],
    ],
    [
      'a number that JSON rounds',
      { name: 'A', value: '1', limits: [{ max: 2 ** 53 }] },
      [
        'spec.limits[0].max the number 9007199254740992 is beyond 9007199254740991 and cannot be copied exactly',
      ],
    ],
  ];
  for (const [what, spec, reasons] of refused) {
    it(`with ${what} is refused`, () => assert.deepEqual(reasonsOf(convert('a', spec)), reasons));
  }

  it('with a name of 254 characters is refused, of 253 not', () => {
    const named = (length: number) => convert('a', { name: 'A'.repeat(length), value: '' });
    assert.equal(reasonsOf(named(254)).length, 1);
    assert.deepEqual(reasonsOf(named(253)), ['converted']);
  });

  it('says object, field, reason and what to do', () => {
    assert.deepEqual(problemsOf(convert('a', { name: 'A', value: true })), [
      'GlobalConfig kube-system/a: spec.value: is true, expected a string. Write the value in quotes.',
    ]);
  });
});

describe('a GlobalBgpConfig', () => {
  it('becomes a GlobalBGPConfig', () => {
    const source = tprObject(bgp, 'loglevel', { name: 'loglevel', value: 'none' });
    const { kind, metadata } = objectOf(convertConfig(bgp, source));
    assert.deepEqual({ kind, metadata }, { kind: 'GlobalBGPConfig', metadata: { name: 'loglevel' } });
  });
});
