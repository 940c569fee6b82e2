import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { converted, manifest, refused } from './converted.ts';

const pool = (spec?: unknown, cidr: unknown = '10.64.0.0/16') => manifest('ipPool', { cidr }, spec);
const peer = (metadata: object, spec: unknown = { asNumber: 64_512 }) =>
  manifest('bgpPeer', { scope: 'global', peerIP: '192.0.2.1', ...metadata }, spec);
const node = (spec?: unknown, name: unknown = 'n1') => manifest('node', { name }, spec);

describe('an ipPool becomes an IPPool without the fields that Calico 3.0 does not know', () => {
  for (const [what, spec, v3] of [
    ['without spec', undefined, { ipipMode: 'Never' }],
    ['all off', { ipip: { enabled: false, mode: 'always' }, 'nat-outgoing': false }, { ipipMode: 'Never' }],
    ['IPIP', { ipip: { enabled: true } }, { ipipMode: 'Always' }],
    ['IPIP always', { ipip: { enabled: true, mode: 'always' } }, { ipipMode: 'Always' }],
    ['IPIP sometimes', { ipip: { enabled: true, mode: 'cross-subnet' } }, { ipipMode: 'CrossSubnet' }],
    [
      'NAT, disabled',
      { 'nat-outgoing': true, disabled: true },
      { ipipMode: 'Never', natOutgoing: true, disabled: true },
    ],
  ] as const) {
    it(what, () =>
      assert.deepEqual(converted(pool(spec)), {
        metadata: { name: '10-64-0-0-16' },
        spec: { cidr: '10.64.0.0/16', ...v3 },
      }),
    );
  }

  it('of IPv6', () => {
    const { metadata, spec } = converted(pool({}, 'fd80:24e2::/48'));
    assert.deepEqual(metadata, { name: 'fd80-24e2---48' });
    assert.deepEqual(spec, { cidr: 'fd80:24e2::/48', ipipMode: 'Never' });
  });

  for (const [what, object, ...fields] of [
    ['no network', manifest('ipPool', {}), 'metadata.cidr'],
    ['what is no network', pool({}, 'x'), 'metadata.cidr'],
    ['host bits', pool({}, '10.0.0.1/24'), 'metadata.cidr'],
    ['a small one', pool({}, '10.0.0.0/28'), 'metadata.cidr'],
    ['IPIP for IPv6', pool({ ipip: { enabled: true } }, 'fd00::/64'), 'spec.ipip.enabled'],
    ['a mode', pool({ ipip: { enabled: true, mode: 'CrossSubnet' } }), 'spec.ipip.mode'],
    ['a switch', pool({ 'nat-outgoing': 'yes', disabled: 1 }), 'spec.nat-outgoing', 'spec.disabled'],
    ['the field of v3', pool({ natOutgoing: true }), 'spec.natOutgoing'],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, ...fields));
  }
});

describe('a bgpPeer becomes a BGPPeer', () => {
  for (const [what, object, name, spec] of [
    ['of all nodes', peer({}), '192-0-2-1', { peerIP: '192.0.2.1', asNumber: 64_512 }],
    [
      'of a node',
      peer({ scope: 'node', node: 'Rack_1', peerIP: '0aa:bb::1' }, { asNumber: '1.10' }),
      'rack-1.00aa-00bb-0000-0000-0000-0000-0000-0001',
      { node: 'rack-1', peerIP: 'aa:bb::1', asNumber: 65_546 },
    ],
  ] as const) {
    it(what, () => assert.deepEqual(converted(object), { metadata: { name }, spec }));
  }

  for (const [what, object, ...fields] of [
    ['no scope, no address', peer({ scope: null, peerIP: null }), 'metadata.scope', 'metadata.peerIP'],
    ['another scope', peer({ scope: 'rack' }), 'metadata.scope'],
    ['a node for all', peer({ node: 'n1' }), 'metadata.node'],
    ['no node for one', peer({ scope: 'node' }), 'metadata.node'],
    ['an address', peer({ peerIP: '192.0.2' }), 'metadata.peerIP'],
    ['no AS number', peer({}, {}), 'spec.asNumber'],
    ['an AS number', peer({}, { asNumber: 1.1 }), 'spec.asNumber'],
    ['the name of a node', peer({ scope: 'node', node: '_' }), 'metadata.node', 'metadata.node'],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, ...fields));
  }
});

describe('a node becomes a Node', () => {
  const refs = [{ nodeName: 'k1', orchestrator: 'k8s' }, { orchestrator: 'mesos' }];
  for (const [what, spec, v3] of [
    ['for policy only', undefined, {}],
    [
      'with BGP',
      { bgp: { asNumber: '64512', ipv4Address: '10.0.0.1/24', ipv6Address: 'fd00::1' } },
      { bgp: { asNumber: 64_512, ipv4Address: '10.0.0.1/24', ipv6Address: 'fd00::1/128' } },
    ],
    ['of an orchestrator', { bgp: null, orchRefs: refs }, { orchRefs: refs }],
  ] as const) {
    it(what, () => assert.deepEqual(converted(node(spec, 'N_1')), { metadata: { name: 'n-1' }, spec: v3 }));
  }

  for (const [what, object, ...fields] of [
    ['no name', node({}, null), 'metadata.name'],
    ['a name', node({}, '_'), 'metadata.name'],
    ['BGP without address', node({ bgp: { asNumber: 1 } }), 'spec.bgp.ipv4Address'],
    ['an address', node({ bgp: { ipv4Address: '10.0.0.256/24' } }), 'spec.bgp.ipv4Address'],
    [
      'an address of the other version',
      node({ bgp: { ipv6Address: '10.0.0.1/24' } }),
      'spec.bgp.ipv6Address',
    ],
    ['an AS number', node({ bgp: { asNumber: 'x', ipv4Address: '10.0.0.1' } }), 'spec.bgp.asNumber'],
    ['a reference', node({ orchRefs: [{}, { nodeName: [] }] }), 'spec.orchRefs[1].nodeName'],
    ['a field of a reference', node({ orchRefs: [{ name: 'x' }] }), 'spec.orchRefs[0].name'],
    [
      'the address of the tunnel',
      node({ bgp: { ipv4Address: '10.0.0.1', ipv4IPIPTunnelAddr: '1.1.1.1' } }),
      'spec.bgp.ipv4IPIPTunnelAddr',
    ],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, ...fields));
  }
});
