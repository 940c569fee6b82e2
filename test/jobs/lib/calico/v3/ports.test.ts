import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointPortProblems, isPortName, portProblems } from '../../../../../jobs/lib/calico/v3/ports.ts';
import {
  hasIcmp,
  hasPorts,
  protocolProblems,
  v3Protocol,
} from '../../../../../jobs/lib/calico/v3/protocol.ts';

describe('protocols', () => {
  for (const [protocol, expected] of [
    ['tcp', 'TCP'],
    ['Icmpv6', 'ICMPv6'],
    ['UDPLITE', 'UDPLite'],
    ['gre', 'gre'],
    [6, 6],
  ] as const) {
    it(`${protocol} is ${expected} in v3`, () => assert.equal(v3Protocol(protocol), expected));
  }

  for (const protocol of ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite', 1, 255]) {
    it(`takes ${protocol}`, () => assert.deepEqual(protocolProblems('f', protocol), []));
  }
  for (const protocol of ['tcp', '', 'gre', '6', 0, 256]) {
    it(`refuses ${JSON.stringify(protocol)}`, () => assert.equal(protocolProblems('f', protocol).length, 1));
  }

  it('says which have ports, and which ICMP fields', () => {
    const all = ['TCP', 'UDP', 'ICMP', 'ICMPv6', 'SCTP', 'UDPLite', 1, 6, 17, 58, 255, undefined];
    assert.deepEqual(all.filter(hasPorts), ['TCP', 'UDP', 6, 17]);
    assert.deepEqual(all.filter(hasIcmp), ['ICMP', 'ICMPv6', 1, 58]);
  });
});

describe('ports', () => {
  for (const name of ['http', 'a', 'a-1', '1a', 'fifteen-charact']) {
    it(`takes the name ${name}`, () => assert.ok(isPortName(name)));
  }
  for (const name of ['', '80', '-a', 'a-', 'a--b', 'A', 'a_b', 'sixteen-characte']) {
    it(`refuses the name '${name}'`, () => assert.ok(!isPortName(name)));
  }

  for (const port of [1, 65535, '1:65535', 'http']) {
    it(`takes ${port}`, () => assert.deepEqual(portProblems('f', port), []));
  }
  for (const port of [0, '0:1', 'HTTP']) {
    it(`refuses ${port}`, () => assert.equal(portProblems('f', port).length, 1));
  }

  it('of an endpoint have a name, and a protocol with ports', () => {
    const fields = (name: string, protocol: string | number, port: number) =>
      endpointPortProblems('p', { name, protocol, port }).map(problem => problem.field);
    assert.deepEqual(fields('http', 'TCP', 80), []);
    assert.deepEqual(fields('http', 17, 80), []);
    assert.deepEqual(fields('http', 'SCTP', 80), ['p.protocol']);
    assert.deepEqual(fields('Http', 'tcp', 0), ['p.name', 'p.protocol', 'p.port']);
  });
});
