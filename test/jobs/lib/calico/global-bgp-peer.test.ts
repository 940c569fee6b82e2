import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertGlobalBgpPeer } from '../../../../jobs/lib/calico/global-bgp-peer.ts';
import { kindNamed, notesOf, objectOf, reasonsOf, tprObject } from './tpr-objects.ts';

const kind = kindNamed('GlobalBgpPeer');
const convert = (name: string, spec: unknown) => convertGlobalBgpPeer(kind, tprObject(kind, name, spec));

describe('a GlobalBgpPeer', () => {
  it('becomes a BGPPeer', () => {
    assert.deepEqual(objectOf(convert('192-0-2-1', { asNumber: 64513 })), {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'BGPPeer',
      metadata: { name: '192-0-2-1' },
      spec: { asNumber: 64513, scope: 'global', peerIP: '192.0.2.1' },
    });
    assert.deepEqual(notesOf(convert('192-0-2-1', { asNumber: 64513 })), []);
  });

  const names: [from: string, to: string, ip: string][] = [
    ['fd00--1', 'fd00-0000-0000-0000-0000-0000-0000-0001', 'fd00::1'],
    ['fd00-0-0-0-0-0-0-1', 'fd00-0000-0000-0000-0000-0000-0000-0001', 'fd00::1'],
    ['2001-db8-1-2-3-4-5-6', '2001-0db8-0001-0002-0003-0004-0005-0006', '2001:db8:1:2:3:4:5:6'],
    ['0-0-0-0-0-ffff-c000-201', '192-0-2-1', '192.0.2.1'],
  ];
  for (const [from, to, ip] of names) {
    it(`with the IPv6 name ${from} is written as ${to}`, () => {
      const result = convert(from, { asNumber: 1 });
      const { metadata, spec } = objectOf(result);
      assert.deepEqual(
        { name: metadata.name, spec },
        { name: to, spec: { asNumber: 1, scope: 'global', peerIP: ip } },
      );
      assert.deepEqual(notesOf(result), [`is written as ${to}, the name by which Calico 2.5 looks up ${ip}`]);
    });
  }

  const numbers: [found: unknown, asNumber: number][] = [
    [1, 1],
    [4294967295, 4294967295],
    ['64513', 64513],
    ['0064513', 64513],
    ['1.10', 65546],
    ['65535.65535', 4294967295],
  ];
  for (const [found, asNumber] of numbers) {
    it(`may have the AS number ${JSON.stringify(found)}`, () => {
      const { spec } = objectOf(convert('192-0-2-1', { asNumber: found }));
      assert.deepEqual(spec, { asNumber, scope: 'global', peerIP: '192.0.2.1' });
    });
  }

  it('with AS number 0 has a note', () => {
    assert.deepEqual(notesOf(convert('192-0-2-1', { asNumber: 0 })), [
      'has AS number 0, which no BGP peer uses',
    ]);
  });

  for (const asNumber of [
    4294967296,
    -1,
    1.5,
    '',
    'x',
    '1.2.3',
    '65536.1',
    '1.65536',
    '+1',
    ' 1',
    '4294967296',
    true,
    [1],
  ]) {
    it(`with the AS number ${JSON.stringify(asNumber)} is refused`, () => {
      assert.deepEqual(reasonsOf(convert('192-0-2-1', { asNumber })), [
        `spec.asNumber is ${JSON.stringify(asNumber)}, expected an AS number from 0 to 4294967295`,
      ]);
    });
  }

  for (const spec of [undefined, null, {}, { asNumber: null }, []]) {
    it(`with the spec ${JSON.stringify(spec)} is refused`, () => {
      assert.deepEqual(reasonsOf(convert('192-0-2-1', spec)), [
        'spec.asNumber is nothing, expected an AS number from 0 to 4294967295',
      ]);
    });
  }

  it('is refused with all its problems at once', () => {
    assert.deepEqual(reasonsOf(convert('my-peer', { asNumber: -1, node: 'a', scope: 'node' })), [
      'metadata.name "my-peer" stands for no IP address, and Calico 2.4 ignores the peer',
      'spec.asNumber is -1, expected an AS number from 0 to 4294967295',
      'spec.node is a field that Calico 2.4 does not know and ignores, and it would be lost',
      'spec.scope is a field that Calico 2.4 does not know and ignores, and it would be lost',
    ]);
  });
});
