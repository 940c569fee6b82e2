import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, noted, refusals, specOf } from './snapshot.ts';

const GLOBAL = '/calico/bgp/v1/global';

describe('the BGPConfiguration', () => {
  const converted: readonly (readonly [key: string, text: string, spec: string | undefined])[] = [
    ['as_num', '64512', '{"asNumber":64512}'],
    ['as_num', '1.10', '{"asNumber":65546}'],
    ['as_num', '', undefined],
    ['loglevel', 'info', '{"logSeverityScreen":"Info"}'],
    ['loglevel', 'none', '{"logSeverityScreen":"Info"}'],
    ['loglevel', '', undefined],
    ['node_mesh', '{"enabled":true}', '{"nodeToNodeMeshEnabled":true}'],
    ['node_mesh', '{"Enabled":false}', '{"nodeToNodeMeshEnabled":false}'],
    ['node_mesh', '{}', '{"nodeToNodeMeshEnabled":false}'],
  ];
  for (const [key, text, spec] of converted) {
    it(`${key} ${JSON.stringify(text)}: ${spec ?? 'nothing'}`, () => {
      const conversion = convert({ [`${GLOBAL}/${key}`]: text });
      assert.deepEqual(refusals(conversion), []);
      assert.equal(specOf(conversion, 'bgpconfigurations', 'default'), spec);
      assert.equal(noted(conversion).length, text === 'none' ? 1 : 0);
    });
  }

  it('refuses what cannot be read, by name (row 17)', () => {
    const conversion = convert({
      [`${GLOBAL}/as_num`]: '4294967296',
      [`${GLOBAL}/node_mesh`]: '{"enabled":"true"}',
    });
    assert.deepEqual(refusals(conversion), [
      'conversionerrors GlobalBGPConfig(name=AsNumber)',
      'conversionerrors GlobalBGPConfig(name=NodeMeshEnabled): enabled',
    ]);
    assert.equal(specOf(conversion, 'bgpconfigurations', 'default'), undefined);
  });
});

describe('BGPPeers', () => {
  it('belong to all nodes, or to one by its v3 name', () => {
    const conversion = convert({
      [`${GLOBAL}/peer_v6/fd00::1`]: '{"ip":"FD00:0::1","as_num":"64513"}',
      '/calico/bgp/v1/host/N_1/peer_v4/10.0.0.1': '{"IP":"10.0.0.1","as_num":"1"}',
    });
    assert.equal(
      specOf(conversion, 'bgppeers', 'fd00-0000-0000-0000-0000-0000-0000-0001'),
      '{"peerIP":"fd00::1","asNumber":64513}',
    );
    assert.equal(
      specOf(conversion, 'bgppeers', 'n-1.10-0-0-1'),
      '{"node":"n-1","peerIP":"10.0.0.1","asNumber":1}',
    );
  });

  it('have the AS number 0 where none is given', () => {
    const conversion = convert({ [`${GLOBAL}/peer_v4/10.0.0.1`]: '{"ip":"10.0.0.1"}' });
    assert.equal(specOf(conversion, 'bgppeers', '10-0-0-1'), '{"peerIP":"10.0.0.1","asNumber":0}');
  });

  const refused: readonly (readonly [value: string, refusal: string])[] = [
    ['{"ip":"10.0.0.1","as_num":64512}', 'conversionerrors BGPPeer(global, ip=10.0.0.1): as_num'],
    ['{"ip":"10.0.0.1","as_num":"1.1"}', 'conversionerrors BGPPeer(global, ip=10.0.0.1): as_num'],
    ['{"ip":"10.0.0.1","as_num":"4294967296"}', 'conversionerrors BGPPeer(global, ip=10.0.0.1): as_num'],
    ['{"ip":"10.0.0.x","as_num":"1"}', 'conversionerrors BGPPeer(global, ip=10.0.0.1): ip'],
    ['{"ip":1,"as_num":"1"}', 'conversionerrors BGPPeer(global, ip=10.0.0.1): ip'],
    ['', 'conversionerrors BGPPeer(global, ip=10.0.0.1)'],
    ['[]', 'conversionerrors BGPPeer(global, ip=10.0.0.1)'],
    ['{"as_num":"1"}', 'validationerrors BGPPeer(global, ip=10.0.0.1): spec.peerIP'],
    ['{"ip":"","as_num":"1"}', 'validationerrors BGPPeer(global, ip=10.0.0.1): spec.peerIP'],
    ['null', 'validationerrors BGPPeer(global, ip=10.0.0.1): spec.peerIP'],
  ];
  for (const [value, refusal] of refused) {
    it(`refuse ${value || 'nothing'}`, () => {
      assert.deepEqual(refusals(convert({ [`${GLOBAL}/peer_v4/10.0.0.1`]: value })), [refusal]);
    });
  }

  it('of a node whose name is not valid are not valid either', () => {
    const key = '/calico/bgp/v1/host/---/peer_v4/10.0.0.1';
    assert.deepEqual(refusals(convert({ [key]: '{"ip":"10.0.0.1","as_num":"1"}' })), [
      'validationerrors BGPPeer(node=---, ip=10.0.0.1): metadata.name',
      'validationerrors BGPPeer(node=---, ip=10.0.0.1): spec.node',
    ]);
  });
});
