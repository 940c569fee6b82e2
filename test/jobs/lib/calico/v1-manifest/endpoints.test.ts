import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, converted, manifest, refused } from './converted.ts';

const host = (spec: object, metadata: object = {}) =>
  manifest('hostEndpoint', { name: 'eth0', node: 'n1', ...metadata }, { interfaceName: 'eth0', ...spec });
const workload = (spec: object, metadata: object = {}) =>
  manifest(
    'workloadEndpoint',
    { name: 'eth0', node: 'n1', orchestrator: 'k8s', workload: 'shop.web', ...metadata },
    { interfaceName: 'cali1', ...spec },
  );
const port = { name: 'http', protocol: 'tcp', port: 80 };
const v3Port = { name: 'http', protocol: 'TCP', port: 80 };

describe('a hostEndpoint becomes a HostEndpoint', () => {
  it('with all its fields, IPv4 before IPv6', () => {
    const spec = { expectedIPs: ['fd00::1', '192.0.2.1'], profiles: ['k8s_ns.a'], ports: [port] };
    assert.deepEqual(converted(host(spec, { node: 'Rack_1', labels: { role: 'db' } })), {
      metadata: { name: 'rack-1.eth0', labels: { role: 'db' } },
      spec: {
        ...{ node: 'rack-1', interfaceName: 'eth0', expectedIPs: ['192.0.2.1', 'fd00::1'] },
        ...{ profiles: ['kns.a'], ports: [v3Port] },
      },
    });
  });

  for (const [what, object, ...fields] of [
    ['no node', host({}, { node: null }), 'metadata.node'],
    ['nothing to match', host({ interfaceName: '' }), 'spec.interfaceName'],
    ['addresses', host({ expectedIPs: ['fd00::1', 'x', 'fd00::2', ''] }), 'spec.expectedIPs[1]'],
    ['an empty address', host({ expectedIPs: ['fd00::1', ''] }), 'spec.expectedIPs[1]'],
    ['a null', host({ expectedIPs: ['fd00::1', null] }), 'spec.expectedIPs[1]'],
    ['a profile', host({ profiles: ['a', '_'] }), 'spec.profiles[1]'],
    ['a port', host({ ports: [port, { ...port, port: 0 }] }), 'spec.ports[1].port'],
    ['a field of a port', host({ ports: [{ ...port, number: 1 }] }), 'spec.ports[0].number'],
    ['a label', host({}, { labels: { a: 'b c' } }), 'metadata.labels["a"]'],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, ...fields));
  }
});

describe('a workloadEndpoint becomes a WorkloadEndpoint', () => {
  it('with all its fields, IPv4 before IPv6, in its namespace', () => {
    const spec = {
      ipNetworks: ['fd00::1/128', '10.0.0.1'],
      ipNATs: [{ internalIP: '10.0.0.1', externalIP: '192.0.2.1' }],
      ...{ ipv4Gateway: '169.254.1.1', ipv6Gateway: 'fe80::1', mac: 'EE-EE-EE-EE-EE-EE' },
      ...{ profiles: ['k8s_ns.shop'], ports: [port] },
    };
    const metadata = { activeInstanceID: 'c1', labels: { 'calico/k8s_ns': 'shop' } };
    assert.deepEqual(converted(workload(spec, metadata)), {
      metadata: {
        name: 'n1-k8s-web-eth0',
        namespace: 'shop',
        labels: { 'projectcalico.org/namespace': 'shop' },
      },
      spec: {
        ...{ orchestrator: 'k8s', node: 'n1', containerID: 'c1', pod: 'web', endpoint: 'eth0' },
        ...{ ipNetworks: ['10.0.0.1/32', 'fd00::1/128'], ipNATs: spec.ipNATs },
        ...{ ipv4Gateway: '169.254.1.1', ipv6Gateway: 'fe80::1', profiles: ['kns.shop'] },
        ...{ interfaceName: 'cali1', mac: 'ee:ee:ee:ee:ee:ee', ports: [v3Port] },
      },
    });
  });

  it('of OpenStack with a note', () => {
    const { resources, notes } = convert(workload({}, { orchestrator: 'openstack' }));
    assert.equal(resources.length, 1);
    assert.match(notes[0]?.reason ?? '', /networking-calico/);
  });

  it('with a profile that etcd v2 would hide, without a note about etcd', () => {
    assert.deepEqual(convert(workload({ profiles: ['_p'] })).notes, []);
  });

  const nat = { internalIP: 'fd00::1', externalIP: 'fd00::9' };
  for (const [what, object, ...fields] of [
    [
      'no workload',
      workload({}, { workload: '', orchestrator: null }),
      'metadata.orchestrator',
      'metadata.workload',
    ],
    ['a pod without namespace', workload({}, { workload: 'web' }), ''],
    ['a pod', workload({}, { workload: 'shop.web_1' }), 'metadata.name', 'metadata.workload'],
    ['a container', workload({}, { activeInstanceID: 'a b' }), 'metadata.activeInstanceID'],
    ['no interface', workload({ interfaceName: null }), 'spec.interfaceName'],
    [
      'networks',
      workload({ ipNetworks: ['fd00::/64', '10.0.0.1', '10.0.0.0/8'] }),
      'spec.ipNetworks[2]',
      'spec.ipNetworks[0]',
    ],
    ['a network that is none', workload({ ipNetworks: ['fd00::1', 'x'] }), 'spec.ipNetworks[1]'],
    [
      'NAT to nowhere',
      workload({
        ipNetworks: ['10.0.0.1'],
        ipNATs: [nat, { internalIP: '10.0.0.1', externalIP: '10.0.0.9' }],
      }),
      'spec.ipNATs[0].internalIP',
    ],
    [
      'NAT without an outside',
      workload({ ipNATs: [nat, { internalIP: '10.0.0.1' }] }),
      'spec.ipNATs[1].externalIP',
    ],
    [
      'a field of NAT',
      workload({ ipNetworks: ['fd00::1'], ipNATs: [{ ...nat, port: 1 }] }),
      'spec.ipNATs[0].port',
    ],
    ['a gateway of the other version', workload({ ipv4Gateway: 'fe80::1' }), 'spec.ipv4Gateway'],
    ['a MAC address', workload({ mac: 'ee' }), 'spec.mac'],
  ] as const) {
    it(`refuses ${what}`, () => refused(object, ...fields));
  }
});
