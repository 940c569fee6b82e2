import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostEndpoint, refused, resource } from './conversion.ts';

describe('convertHostEndpoint', () => {
  it('converts every field, in the order of Go', () => {
    const result = hostEndpoint({
      name: 'eth0',
      expected_ipv6_addrs: ['FD00::1'],
      expected_ipv4_addrs: ['10.0.0.1', '10.0.0.2'],
      labels: { 'calico/k8s_ns': 'x', type: 'host' },
      profile_ids: ['prof1', 'k8s_ns.default', 'Prof_2'],
      ports: [
        { name: 'http', protocol: 'tcp', port: 80 },
        { name: 'dns', protocol: '17', port: 53 },
      ],
    });
    const { metadata, spec } = resource(result);
    assert.deepEqual(metadata, { name: 'n1.e', labels: { 'calico/k8s_ns': 'x', type: 'host' } });
    assert.equal(
      JSON.stringify(spec),
      '{"node":"n1","interfaceName":"eth0","expectedIPs":["10.0.0.1","10.0.0.2","fd00::1"],' +
        '"profiles":["prof1","kns.default","prof-2-5e12ed09"],' +
        '"ports":[{"name":"http","protocol":"TCP","port":80},{"name":"dns","protocol":17,"port":53}]}',
    );
    assert.equal(result.entry?.key, '/calico/resources/v3/projectcalico.org/hostendpoints/n1.e');
    assert.equal(result.v3Name, 'HostEndpoint(n1.e)');
  });

  it('leaves out what is empty', () => {
    const { metadata, spec } = resource(
      hostEndpoint({ name: '*', expected_ipv4_addrs: [], profile_ids: [], ports: null, labels: null }),
    );
    assert.equal(
      JSON.stringify({ metadata, spec }),
      '{"metadata":{"name":"n1.e"},"spec":{"node":"n1","interfaceName":"*"}}',
    );
  });

  for (const [host, id, v3] of [
    ['Rack1_Host2', 'eth0', 'rack1-host2.eth0'],
    ['Rack1_Host2', 'Eth0_main', 'rack1-host2.eth0-main-6575f687'],
    ['host', 'a.b', 'host.a.b'],
  ] as const) {
    it(`names ${id} of ${host} ${v3}`, () => {
      assert.equal(hostEndpoint({ name: 'eth0' }, id, host).v3Name, `HostEndpoint(${v3})`);
    });
  }

  for (const [v1, ...fields] of [
    ['{', ''],
    [{ name: 5, labels: [] }, 'labels', 'name'],
    [
      { name: 'e', expected_ipv4_addrs: ['10.0.0.300', null, 'x/32'] },
      ...[0, 1, 2].map(i => `expected_ipv4_addrs[${i}]`),
    ],
    [
      { name: 'e', ports: [{ port: 65536 }, { port: '80' }, 7] },
      'ports[0].port',
      'ports[1].port',
      'ports[2]',
    ],
  ] as const) {
    it(`row 1: cannot read ${JSON.stringify(v1)}`, () =>
      refused(hostEndpoint(v1), 'conversionerrors', ...fields));
  }

  for (const [v1, ...fields] of [
    [{}, 'spec.interfaceName'],
    [{ name: '', expected_ipv4_addrs: [] }, 'spec.interfaceName'],
    [{ name: 'thisinterfaceistoolong' }, 'spec.interfaceName'],
    [{ name: 'eth 0' }, 'spec.interfaceName'],
    [{ expected_ipv4_addrs: [''] }, 'spec.expectedIPs[0]'],
    [{ name: 'e', profile_ids: ['---'] }, 'spec.profiles[0]'],
    [{ name: 'e', labels: { 'a/b/c': '', d: '-' } }, 'metadata.labels', 'metadata.labels["d"]'],
    [{ name: 'e', ports: [{ name: 'My_Port', protocol: 'tcp', port: 1 }] }, 'spec.ports[0].name'],
    [{ name: 'e', ports: [{ name: 'a', protocol: 'udp', port: 0 }] }, 'spec.ports[0].port'],
    [{ name: 'e', ports: [{ name: 'a', protocol: 'icmp', port: 1 }] }, 'spec.ports[0].protocol'],
    [{ name: 'e', ports: [{}] }, 'spec.ports[0].name', 'spec.ports[0].protocol', 'spec.ports[0].port'],
  ] as const) {
    it(`refuses ${JSON.stringify(v1)}, as v3 does`, () =>
      refused(hostEndpoint(v1), 'validationerrors', ...fields));
  }

  it('refuses a host whose name is of symbols only', () => {
    refused(hostEndpoint({ name: 'e' }, 'e', '$$'), 'validationerrors', 'spec.node');
  });

  it('has a name for the report of clashes even where v3 refuses it', () => {
    assert.equal(hostEndpoint({}, 'b', 'host.a').v3Name, 'HostEndpoint(host.a.b)');
  });
});
