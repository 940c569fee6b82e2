import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  cidrToName,
  expandIpv6,
  ipToName,
  nameToCidr,
  nameToIp,
  parseCidr,
  parseIp,
} from '../../../../jobs/lib/calico/go-net.ts';

const group = fc.oneof(fc.constant(0), fc.nat(0xffff)).map(value => value.toString(16));
const ipv6 = fc.oneof(
  fc.ipV6(),
  fc.array(group, { minLength: 8, maxLength: 8 }).map(groups => groups.join(':')),
);
const address = fc.oneof(fc.ipV4(), ipv6);
const cidr = fc.oneof(
  fc.tuple(fc.ipV4(), fc.nat(32)).map(parts => parts.join('/')),
  fc.tuple(ipv6, fc.nat(128)).map(parts => parts.join('/')),
);

describe('parseIp', () => {
  const texts: readonly (readonly [given: string, canonical: string])[] = [
    ['10.64.0.1', '10.64.0.1'],
    ['FD00:0:0::0001', 'fd00::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:2:0:0:3:4', '1::2:0:0:3:4'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::1.2.3.4', '::102:304'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['00001::', '1::'],
  ];
  for (const [given, canonical] of texts) {
    it(`${given} is ${canonical}`, () => assert.equal(parseIp(given)?.text, canonical));
  }

  for (const text of [
    ...['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1.2.3.-4', '0x1.2.3.4', 'a'],
    ...[':', ':::', '1:2', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '1::2::3', ':1::2', '1::2:', '10000::'],
    ...['fe80::1%eth0', '::1.2.3', '1.2.3.4::', '::1.2.3.4:5', 'g::'],
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseIp(text), undefined));
  }

  it('counts an IPv4-mapped address as IPv4', () => {
    assert.deepEqual(parseIp('::ffff:10.0.0.1'), { text: '10.0.0.1', version: 4, bytes: [10, 0, 0, 1] });
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(address, text => {
        const ip = parseIp(text);
        assert.ok(ip);
        assert.deepEqual(parseIp(ip.text), ip);
        assert.equal(isIP(ip.text), ip.version);
      }),
    );
  });

  it('accepts no more than Node does, but for zeros before a group', () => {
    const part = fc.constantFrom('0', '1', 'ffff', '255', '256', '::', ':', '.', '1.2.3.4', 'g', '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), parts => {
        const text = parts.join('');
        if (/0[0-9a-f]{4}/.test(text)) return;
        assert.equal(parseIp(text) !== undefined, isIP(text) !== 0, text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseCidr', () => {
  it('keeps the host bits in text, and clears them in network', () => {
    const { text, network, hasHostBits, prefixLength, version } = parseCidr('10.64.5.1/16') ?? {};
    assert.deepEqual(
      { text, network, hasHostBits, prefixLength, version },
      { text: '10.64.5.1/16', network: '10.64.0.0/16', hasHostBits: true, prefixLength: 16, version: 4 },
    );
  });

  const texts: readonly (readonly [given: string, text: string, network: string])[] = [
    ['FD80:24E2:0::/48', 'fd80:24e2::/48', 'fd80:24e2::/48'],
    ['fd80::1:0/112', 'fd80::1:0/112', 'fd80::1:0/112'],
    ['fd80::1/65', 'fd80::1/65', 'fd80::/65'],
    ['255.255.255.255/9', '255.255.255.255/9', '255.128.0.0/9'],
    ['10.0.0.0/08', '10.0.0.0/8', '10.0.0.0/8'],
    ['1.2.3.4/0', '1.2.3.4/0', '0.0.0.0/0'],
    ['::ffff:1.2.3.4/112', '1.2.3.4/16', '1.2.0.0/16'],
  ];
  for (const [given, text, network] of texts) {
    it(`${given} is ${text} in ${network}`, () => {
      assert.deepEqual([parseCidr(given)?.text, parseCidr(given)?.network], [text, network]);
    });
  }

  for (const text of [
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/+8',
    '1/2/3',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseCidr(text), undefined));
  }

  it('has a network without host bits that holds the address', () => {
    fc.assert(
      fc.property(cidr, text => {
        const parsed = parseCidr(text);
        assert.ok(parsed);
        const network = parseCidr(parsed.network);
        assert.equal(network?.hasHostBits, false);
        assert.equal(parsed.hasHostBits, parsed.text !== parsed.network);
      }),
    );
  });
});

describe('the names of pools and peers', () => {
  it('are the texts with dashes', () => {
    const pool = parseCidr('fd80:24e2::/48');
    const peer = parseIp('192.0.2.1');
    assert.ok(pool && peer);
    assert.equal(cidrToName(pool), 'fd80-24e2---48');
    assert.equal(ipToName(peer), '192-0-2-1');
  });

  it('of a pool stand for its CIDR', () => {
    fc.assert(
      fc.property(cidr, text => {
        const parsed = parseCidr(text);
        assert.ok(parsed);
        assert.deepEqual(nameToCidr(cidrToName(parsed)), parsed);
      }),
    );
  });

  it('of a peer stand for its address', () => {
    fc.assert(
      fc.property(address, text => {
        const parsed = parseIp(text);
        assert.ok(parsed);
        assert.deepEqual(nameToIp(ipToName(parsed)), parsed);
      }),
    );
  });

  it('of a peer may be written out in full', () => {
    assert.equal(nameToIp('fd00-0-0-0-0-0-0-1')?.text, 'fd00::1');
    assert.equal(nameToIp('fd00-0000-0000-0000-0000-0000-0000-0001')?.text, 'fd00::1');
  });

  for (const name of ['', 'default-pool', '10-64-0-0', '10-64-0-0-33', '10-64-0-0/16', 'x']) {
    it(`${JSON.stringify(name)} is not that of a pool`, () => assert.equal(nameToCidr(name), undefined));
  }

  for (const name of ['', 'peer', '10-64-0', '10-64-0-0-16', '10-64-0-256']) {
    it(`${JSON.stringify(name)} is not that of a peer`, () => assert.equal(nameToIp(name), undefined));
  }
});

describe('expandIpv6', () => {
  it('writes out eight groups of four digits', () => {
    assert.equal(expandIpv6('fd00::1'), 'fd00:0000:0000:0000:0000:0000:0000:0001');
  });

  it('leaves IPv4 as it is', () => assert.equal(expandIpv6('::ffff:10.0.0.1'), '10.0.0.1'));

  it('refuses what is no address', () => assert.equal(expandIpv6('fd00::1::'), undefined));

  it('is the same address', () => {
    fc.assert(fc.property(address, text => assert.deepEqual(parseIp(expandIpv6(text) ?? ''), parseIp(text))));
  });
});
