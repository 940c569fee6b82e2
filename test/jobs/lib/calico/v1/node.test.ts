import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, noted, refusals, specOf } from './snapshot.ts';

const HOST = '/calico/v1/host/n';
const BGP = '/calico/bgp/v1/host/n';

describe('Nodes', () => {
  for (const key of [`${HOST}/`, `${HOST}/workload/k8s/`, `${HOST}/metadata`, HOST, `${HOST}/bird_ip`]) {
    it(`are proved by ${key}`, () => {
      assert.equal(specOf(convert({ [key]: '' }), 'nodes', 'n'), '{}');
    });
  }

  it('are not proved by BGP settings, which are noted', () => {
    const conversion = convert({ [`${BGP}/ip_addr_v4`]: '10.0.0.1', [`${BGP}/as_num`]: 'x' });
    assert.equal(specOf(conversion, 'nodes', 'n'), undefined);
    assert.deepEqual(refusals(conversion), []);
    assert.match(noted(conversion).join(), /^Node\(name=n\): has BGP settings but is not below/);
  });

  const addresses: readonly (readonly [texts: Readonly<Record<string, string>>, bgp: string])[] = [
    [{ ip_addr_v4: '10.0.0.1' }, '{"ipv4Address":"10.0.0.1/32"}'],
    [{ ip_addr_v6: 'FD00::1' }, '{"ipv6Address":"fd00::1/128"}'],
    [{ ip_addr_v4: '10.0.0.1', network_v4: '' }, '{"ipv4Address":"10.0.0.1/32"}'],
    [{ ip_addr_v4: '10.0.0.1', network_v4: '10.9.9.9/24' }, '{"ipv4Address":"10.0.0.1/24"}'],
    [{ ip_addr_v4: '10.0.0.1', as_num: '0' }, '{"asNumber":0,"ipv4Address":"10.0.0.1/32"}'],
  ];
  for (const [texts, bgp] of addresses) {
    it(`have ${bgp} of ${JSON.stringify(texts)}`, () => {
      const keys = Object.entries(texts).map(([name, text]) => [`${BGP}/${name}`, text]);
      const conversion = convert({ [`${HOST}/metadata`]: '{}', ...Object.fromEntries(keys) });
      assert.equal(specOf(conversion, 'nodes', 'n'), `{"bgp":${bgp}}`);
    });
  }

  const refused: readonly (readonly [texts: Readonly<Record<string, string>>, refusal: string])[] = [
    [{ ip_addr_v4: '10.0.0.300' }, 'conversionerrors Node(name=n): ip_addr_v4'],
    [{ ip_addr_v4: '10.0.0.1', network_v4: '10.0.0.0' }, 'conversionerrors Node(name=n): network_v4'],
    [{ ip_addr_v4: '10.0.0.1', network_v4: 'fd00::/64' }, 'conversionerrors Node(name=n): network_v4'],
    [{ as_num: 'x' }, 'conversionerrors Node(name=n)'],
    [{ ip_addr_v6: '10.0.0.1' }, 'validationerrors Node(name=n): spec.bgp.ipv6Address'],
    [{ ip_addr_v4: 'fd00::1' }, 'validationerrors Node(name=n): spec.bgp.ipv4Address'],
  ];
  for (const [texts, refusal] of refused) {
    it(`refuse ${JSON.stringify(texts)} (row 17)`, () => {
      const keys = Object.entries(texts).map(([name, text]) => [`${BGP}/${name}`, text]);
      assert.deepEqual(refusals(convert({ [`${HOST}/metadata`]: '{}', ...Object.fromEntries(keys) })), [
        refusal,
      ]);
    });
  }

  for (const tunnel of ['192.168.0.300', 'fd00::1', '::ffff:10.0.0.1', 'x']) {
    it(`refuse the tunnel address ${tunnel} (row 12)`, () => {
      const conversion = convert({
        [`${BGP}/ip_addr_v4`]: '10.0.0.1',
        [`${HOST}/config/IpInIpTunnelAddr`]: tunnel,
      });
      assert.deepEqual(refusals(conversion), ['validationerrors Node(name=n): spec.bgp.ipv4IPIPTunnelAddr']);
    });
  }

  it('without an address lose AS number and tunnel address, which is noted', () => {
    const conversion = convert({
      [`${BGP}/as_num`]: '64512',
      [`${HOST}/config/IpInIpTunnelAddr`]: '10.0.0.1',
    });
    assert.equal(specOf(conversion, 'nodes', 'n'), '{}');
    assert.equal(noted(conversion).length, 2);
  });

  const references: readonly (readonly [text: string, spec: string])[] = [
    ['[]', '{}'],
    ['null', '{}'],
    [
      '[{"nodeName":"N","orchestrator":"k8s"},{"nodeName":""}]',
      '{"orchRefs":[{"nodeName":"N","orchestrator":"k8s"},{"orchestrator":""}]}',
    ],
  ];
  for (const [text, spec] of references) {
    it(`refer to orchestrators as ${text}`, () => {
      assert.equal(specOf(convert({ [`${HOST}/orchestrator_refs`]: text }), 'nodes', 'n'), spec);
    });
  }

  for (const text of ['', '{}', '[null]', '[{"nodeName":1}]']) {
    it(`refuse the references ${text || 'of nothing'} (rows 1, 2)`, () => {
      assert.match(
        refusals(convert({ [`${HOST}/orchestrator_refs`]: text })).join(),
        /^conversionerrors Node\(name=n\)/,
      );
    });
  }
});

describe('the ClusterInformation', () => {
  it('is always made, and pauses v3', () => {
    assert.equal(specOf(convert({}), 'clusterinformations', 'default'), '{"datastoreReady":false}');
  });

  it('has what is known of the cluster', () => {
    const conversion = convert({
      '/calico/v1/config/CalicoVersion': 'v2.6.11',
      '/calico/v1/config/ClusterGUID': 'abc',
      '/calico/v1/config/ClusterType': '',
    });
    assert.equal(
      specOf(conversion, 'clusterinformations', 'default'),
      '{"clusterGUID":"abc","calicoVersion":"v2.6.11","datastoreReady":false}',
    );
  });
});
