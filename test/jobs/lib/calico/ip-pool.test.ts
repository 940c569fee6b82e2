import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertIpPool } from '../../../../jobs/lib/calico/ip-pool.ts';
import { kindNamed, notesOf, objectOf, reasonsOf, tprObject } from './tpr-objects.ts';

const kind = kindNamed('IpPool');
const PLAIN = {
  cidr: '10.64.0.0/16',
  ipip: '',
  ipip_mode: '',
  masquerade: false,
  ipam: true,
  disabled: false,
};

const convertText = (value: unknown, name = '10-64-0-0-16') =>
  convertIpPool(kind, tprObject(kind, name, { value }));
const convert = (pool: object, name?: string) => convertText(JSON.stringify({ ...PLAIN, ...pool }), name);

describe('an IpPool', () => {
  const specs: [what: string, pool: object, spec: object][] = [
    ['plain', {}, { cidr: '10.64.0.0/16' }],
    ['with NAT', { masquerade: true }, { cidr: '10.64.0.0/16', 'nat-outgoing': true }],
    ['disabled', { disabled: true, ipam: false }, { cidr: '10.64.0.0/16', disabled: true }],
    [
      'with IPIP',
      { ipip: 'tunl0', ipip_mode: 'cross-subnet' },
      { cidr: '10.64.0.0/16', ipip: { enabled: true, mode: 'cross-subnet' } },
    ],
    ['with IPIP and no mode', { ipip: 'tunl0' }, { cidr: '10.64.0.0/16', ipip: { enabled: true } }],
    ['with a mode and no IPIP', { ipip_mode: 'always' }, { cidr: '10.64.0.0/16', ipip: { mode: 'always' } }],
    ['with null for what may be absent', { ipip: null, disabled: null }, { cidr: '10.64.0.0/16' }],
    [
      'too small but disabled',
      { cidr: '10.64.0.0/30', disabled: true },
      { cidr: '10.64.0.0/30', disabled: true },
    ],
    ['of the smallest size', { cidr: '10.64.0.64/26' }, { cidr: '10.64.0.64/26' }],
    ['with IPv6 in another notation', { cidr: 'FD80:24E2:0::/48' }, { cidr: 'fd80:24e2::/48' }],
    ['IPv6 of the smallest size', { cidr: 'fd80::/122' }, { cidr: 'fd80::/122' }],
    ['next to link-local', { cidr: '169.253.0.0/16' }, { cidr: '169.253.0.0/16' }],
  ];
  for (const [what, pool, spec] of specs) {
    it(`${what} becomes an IPPool`, () => assert.deepEqual(objectOf(convert(pool)).spec, spec));
  }

  it('may have its keys in any case', () => {
    const text = '{"CIDR":"10.64.0.0/16","IPIP":"tunl0","IPIP_Mode":"always","Masquerade":true}';
    assert.deepEqual(objectOf(convertText(text)).spec, {
      cidr: '10.64.0.0/16',
      ipip: { enabled: true, mode: 'always' },
      'nat-outgoing': true,
    });
  });

  it('gets its name from the CIDR', () => {
    const result = convert({ cidr: 'fd80:24e2::/48' }, '10-99-0-0-16');
    assert.equal(objectOf(result).metadata.name, 'fd80-24e2---48');
    assert.deepEqual(notesOf(result), ['is written as fd80-24e2---48, the name that belongs to its cidr']);
  });

  const notes: [pool: object, note: string][] = [
    [{ ipam: true, disabled: true }, 'ipam contradicts disabled, which counts: the pool is disabled'],
    [{ ipam: false, disabled: false }, 'ipam contradicts disabled, which counts: the pool is enabled'],
    [{ ipip: 'tunl1' }, 'ipip is "tunl1": any name switches IPIP on'],
  ];
  for (const [pool, note] of notes) {
    it(`with ${JSON.stringify(pool)} has a note`, () => assert.deepEqual(notesOf(convert(pool)), [note]));
  }

  it('without ipam contradicts nothing', () => {
    assert.deepEqual(notesOf(convertText('{"cidr":"10.64.0.0/16","disabled":true}')), []);
  });

  const CIDR = 'spec.value.cidr';
  const refused: [what: string, pool: object, reasons: string[]][] = [
    ['cidr null', { cidr: null }, [`${CIDR} is missing, expected the CIDR of the pool`]],
    ['cidr empty', { cidr: '' }, [`${CIDR} is "", expected a CIDR such as 10.64.0.0/16`]],
    [
      'cidr an address',
      { cidr: '10.64.0.0' },
      [`${CIDR} is "10.64.0.0", expected a CIDR such as 10.64.0.0/16`],
    ],
    [
      'host bits',
      { cidr: '10.64.5.1/16' },
      [`${CIDR} 10.64.5.1/16 has bits set after the first 16, expected 10.64.0.0/16`],
    ],
    [
      'too few addresses',
      { cidr: '10.64.0.0/27' },
      [`${CIDR} 10.64.0.0/27 is too small for Calico IPAM, expected /26 or larger`],
    ],
    [
      'too few IPv6 addresses',
      { cidr: 'fd80::/123' },
      [`${CIDR} fd80::/123 is too small for Calico IPAM, expected /122 or larger`],
    ],
    [
      'link-local addresses',
      { cidr: '169.254.4.0/24' },
      [`${CIDR} 169.254.4.0/24 overlaps the link-local addresses 169.254.0.0/16`],
    ],
    [
      'all addresses',
      { cidr: '0.0.0.0/0' },
      [`${CIDR} 0.0.0.0/0 overlaps the link-local addresses 169.254.0.0/16`],
    ],
    [
      'IPv6 link-local addresses',
      { cidr: 'febf::/16' },
      [`${CIDR} febf::/16 overlaps the link-local addresses fe80::/10`],
    ],
    [
      'IPIP for IPv6',
      { cidr: 'fd80:24e2::/48', ipip: 'tunl0' },
      [`${CIDR} fd80:24e2::/48 is IPv6, but ipip is "tunl0", and IPIP carries IPv4 only`],
    ],
    [
      'IPv4 written as IPv6',
      { cidr: '::ffff:10.64.0.0/112' },
      [`${CIDR} is "::ffff:10.64.0.0/112", an IPv4 network written as IPv6`],
    ],
    [
      'a mode in another case',
      { ipip: 'tunl0', ipip_mode: 'Always' },
      ['spec.value.ipip_mode is "Always", expected always, cross-subnet or nothing, in lower case'],
    ],
    [
      'wrong types',
      { ipip: 5, disabled: 'true' },
      [
        'spec.value.ipip is 5, expected a string, and Calico 2.4 ignores the pool',
        'spec.value.disabled is "true", expected a boolean, and Calico 2.4 ignores the pool',
      ],
    ],
    [
      'an unknown field',
      { vxlan: 'x' },
      ['spec.value.vxlan is a field that Calico 2.4 does not know and ignores, and it would be lost'],
    ],
    [
      'several problems at once',
      { cidr: 'fe80::1/124', ipip: 'tunl0', ipip_mode: 'off' },
      [
        `${CIDR} fe80::1/124 has bits set after the first 124, expected fe80::/124`,
        `${CIDR} fe80::1/124 is too small for Calico IPAM, expected /122 or larger`,
        `${CIDR} fe80::1/124 overlaps the link-local addresses fe80::/10`,
        `${CIDR} fe80::1/124 is IPv6, but ipip is "tunl0", and IPIP carries IPv4 only`,
        'spec.value.ipip_mode is "off", expected always, cross-subnet or nothing, in lower case',
      ],
    ],
  ];
  for (const [what, pool, reasons] of refused) {
    it(`with ${what} is refused`, () => assert.deepEqual(reasonsOf(convert(pool)), reasons));
  }

  for (const value of ['', '{"cidr":', '[]', '5', undefined, 5, { cidr: '10.64.0.0/16' }]) {
    it(`with the value ${JSON.stringify(value)} is refused`, () => {
      const reasons = reasonsOf(convertText(value));
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? '', /^spec\.value is .*, expected a pool as a JSON object in a string$/);
    });
  }

  it('with the value null is refused', () => {
    assert.deepEqual(reasonsOf(convertText('null')), [`${CIDR} is missing, expected the CIDR of the pool`]);
  });

  it('whose name stands for no CIDR is refused, along with all else that is wrong', () => {
    assert.deepEqual(reasonsOf(convert({ cidr: '10.64.0.1/16' }, 'default-pool')), [
      'metadata.name "default-pool" stands for no CIDR, and Calico 2.4 ignores the pool',
      `${CIDR} 10.64.0.1/16 has bits set after the first 16, expected 10.64.0.0/16`,
    ]);
  });

  it('with a further field in its spec is refused', () => {
    const source = tprObject(kind, '10-64-0-0-16', { value: JSON.stringify(PLAIN), vxlan: true });
    assert.deepEqual(reasonsOf(convertIpPool(kind, source)), [
      'spec.vxlan is a field that Calico 2.4 does not know and ignores, and it would be lost',
    ]);
  });
});
