import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseMac } from '../../../../../jobs/lib/calico/v1/mac-address.ts';
import { refused, resource, workloadEndpoint } from './conversion.ts';

const MAC = 'ca:fe:1d:52:bb:e9';
const BASE = { state: 'active', name: 'cali0ef24ba', mac: MAC, ipv4_nets: ['192.168.1.1/32'] };

describe('convertWorkloadEndpoint', () => {
  it('converts every field, in the order of Go', () => {
    const result = workloadEndpoint(
      {
        ...BASE,
        active_instance_id: '1337',
        profile_ids: ['k8s_ns.default', 'Prof_X'],
        ipv6_nets: ['fd00::1/128'],
        ipv4_nat: [{ int_ip: '192.168.1.1', ext_ip: '172.16.1.1' }],
        ipv6_nat: [{ int_ip: 'fd00::1', ext_ip: '2001::1' }],
        labels: { app: 'a', 'calico/k8s_ns': 'default' },
        ipv4_gateway: '192.168.1.254',
        ipv6_gateway: 'fd00:0::fe',
        ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      },
      { host: 'node-1', workload: 'default.frontend-5gs43' },
    );
    const { metadata, spec } = resource(result);
    assert.deepEqual(metadata, {
      name: 'node--1-k8s-frontend--5gs43-eth0',
      namespace: 'default',
      labels: { app: 'a', 'projectcalico.org/namespace': 'default' },
    });
    assert.equal(
      JSON.stringify(spec),
      '{"orchestrator":"k8s","node":"node-1","containerID":"1337","pod":"frontend-5gs43","endpoint":"eth0",' +
        '"ipNetworks":["192.168.1.1/32","fd00::1/128"],"ipNATs":[{"internalIP":"192.168.1.1","externalIP":"172.16.1.1"},' +
        '{"internalIP":"fd00::1","externalIP":"2001::1"}],"ipv4Gateway":"192.168.1.254","ipv6Gateway":"fd00::fe",' +
        `"profiles":["kns.default","prof-x-11dc729c"],"interfaceName":"cali0ef24ba","mac":"${MAC}",` +
        '"ports":[{"name":"http","protocol":"TCP","port":8080}]}',
    );
    assert.equal(
      result.entry?.key,
      '/calico/resources/v3/projectcalico.org/workloadendpoints/default/node--1-k8s-frontend--5gs43-eth0',
    );
    assert.equal(result.v3Name, 'WorkloadEndpoint(default/node--1-k8s-frontend--5gs43-eth0)');
    assert.deepEqual(result.notes, []);
  });

  for (const [orchestrator, workload, name, spec] of [
    [
      'k8s',
      'shop.web-7d9f',
      'shop/node1-k8s-web--7d9f-eth0',
      '"orchestrator":"k8s","node":"node1","pod":"web-7d9f"',
    ],
    ['k8s', 'a.b.c', 'a/node1-k8s-b.c-eth0', '"orchestrator":"k8s","node":"node1","pod":"b.c"'],
    ['k8s', '.pod1', '/node1-k8s-pod1-eth0', '"orchestrator":"k8s","node":"node1","pod":"pod1"'],
    [
      'cni',
      'cafe-01',
      'default/node1-cni-cafe--01-eth0',
      '"orchestrator":"cni","node":"node1","containerID":"cafe-01"',
    ],
    [
      'libnetwork',
      'any',
      'default/node1-libnetwork-libnetwork-eth0',
      '"orchestrator":"libnetwork","workload":"libnetwork","node":"node1"',
    ],
    [
      'mesos',
      'Task_1',
      'default/node1-mesos-task--1--4d377770-eth0',
      '"orchestrator":"mesos","workload":"task-1-4d377770","node":"node1"',
    ],
    [
      'My_Orch',
      'w/x',
      'default/node1-my--orch--341b9dc0-w.x--46583473-eth0',
      '"orchestrator":"my-orch-341b9dc0","workload":"w.x-46583473","node":"node1"',
    ],
  ] as const) {
    it(`names ${workload} of ${orchestrator} ${name}`, () => {
      const result = workloadEndpoint(BASE, { orchestrator, workload });
      assert.equal(result.v3Name, `WorkloadEndpoint(${name})`);
      assert.equal(result.entry?.key, `/calico/resources/v3/projectcalico.org/workloadendpoints/${name}`);
      const expected = `{${spec},"endpoint":"eth0","ipNetworks":["192.168.1.1/32"],"interfaceName":"cali0ef24ba","mac":"${MAC}"}`;
      assert.equal(JSON.stringify(resource(result).spec), expected);
    });
  }

  it('has no namespace where the workload begins with a dot', () => {
    assert.deepEqual(resource(workloadEndpoint(BASE, { workload: '.pod1' })).metadata, {
      name: 'node1-k8s-pod1-eth0',
    });
  });

  it('takes an address alone, and clears host bits', () => {
    const { spec } = resource(workloadEndpoint({ ...BASE, ipv4_nets: ['10.0.0.1'], ipv6_nets: ['FD00::1'] }));
    assert.deepEqual(spec.ipNetworks, ['10.0.0.1/32', 'fd00::1/128']);
  });

  it('leaves out what is empty, null or absent', () => {
    const v1 = { name: 'cali1', mac: null, ipv4_nets: [], labels: {}, profile_ids: null, ipv4_gateway: null };
    const { metadata, spec } = resource(workloadEndpoint(v1));
    assert.equal(
      JSON.stringify(spec),
      '{"orchestrator":"k8s","node":"node1","pod":"pod1","endpoint":"eth0","interfaceName":"cali1"}',
    );
    assert.deepEqual(metadata.labels ?? {}, {});
  });

  it('lets the old namespace label win over the new one', () => {
    const labels = { 'calico/k8s_ns': 'old', 'projectcalico.org/namespace': 'new' };
    const { metadata } = resource(workloadEndpoint({ ...BASE, labels }));
    assert.deepEqual(metadata.labels, { 'projectcalico.org/namespace': 'old' });
  });

  it("row 15: converts v1's small letters in the protocol of a port", () => {
    const ports = [{ name: 'dns', protocol: 'udp', port: 53 }];
    const { spec } = resource(workloadEndpoint({ ...BASE, ports }));
    assert.deepEqual(spec.ports, [{ name: 'dns', protocol: 'UDP', port: 53 }]);
  });

  it('row 14: notes fields that are not carried over', () => {
    const { notes } = workloadEndpoint({ ...BASE, generate_name: 'web-' });
    assert.equal(notes.length, 1);
    assert.match(notes[0]?.reason ?? '', /^generate_name is not carried over/);
  });

  describe('rows 1 and 2: what does not parse is a conversion error', () => {
    for (const [v1, ...fields] of [
      ['not json', ''],
      [{ ...BASE, mac: 'zz' }, 'mac'],
      [{ ...BASE, mac: '' }, 'mac'],
      [{ ...BASE, ipv4_nets: ['10.0.0.0/33', null] }, 'ipv4_nets[0]', 'ipv4_nets[1]'],
      [{ ...BASE, ipv4_gateway: '', ipv6_gateway: 1 }, 'ipv4_gateway', 'ipv6_gateway'],
      [
        { ...BASE, ipv4_nat: [{}, { int_ip: 'x', ext_ip: null }] },
        ...['[0].int_ip', '[0].ext_ip', '[1].ext_ip', '[1].int_ip'].map(path => `ipv4_nat${path}`),
      ],
      [{ ...BASE, active_instance_id: 1, labels: { a: {} } }, 'active_instance_id', 'labels["a"]'],
    ] as const) {
      it(JSON.stringify(v1), () => refused(workloadEndpoint(v1), 'conversionerrors', ...fields));
    }
  });

  describe('refuses what cannot have a name', () => {
    for (const [parts, ...fields] of [
      [{ workload: 'nodot' }, ''],
      [{ workload: 'default.' }, 'spec.pod'],
      [{ workload: 'default.-a' }, 'spec.pod'],
      [{ workload: 'a-', orchestrator: 'cni' }, 'spec.containerID'],
      [{ host: '$$' }, 'spec.node'],
      [{ name: '$$' }, 'spec.endpoint'],
    ] as const) {
      it(JSON.stringify(parts), () => refused(workloadEndpoint(BASE, parts), 'conversionerrors', ...fields));
    }
  });

  describe('refuses what v3 refuses', () => {
    const nat = (int_ip: string, ext_ip: string) => ({ ipv4_nat: [{ int_ip, ext_ip }] });
    for (const [v1, ...fields] of [
      [{ name: '' }, 'spec.interfaceName'],
      [{ name: 'sixteencharacter' }, 'spec.interfaceName'],
      [{ active_instance_id: 'a.b' }, 'spec.containerID'],
      [{ ipv4_nets: ['10.0.0.0/24', '10.0.1.1/32'] }, 'spec.ipNetworks[0]'],
      [{ ipv6_nets: ['fd00::/64'] }, 'spec.ipNetworks[1]'],
      [{ ipv4_gateway: 'fd00::1', ipv6_gateway: '10.0.0.1' }, 'spec.ipv4Gateway', 'spec.ipv6Gateway'],
      [nat('192.168.9.9', '1.1.1.1'), 'spec.ipNATs[0].internalIP'],
      [nat('192.168.1.1', 'fd00::1'), 'spec.ipNATs[0].externalIP'],
      [{ profile_ids: ['a', '$'] }, 'spec.profiles[1]'],
      [{ labels: { a: 'has space' } }, 'metadata.labels["a"]'],
      [{ ports: [{ name: 'a', protocol: 'gre', port: 1 }] }, 'spec.ports[0].protocol'],
    ] as const) {
      it(JSON.stringify(v1), () =>
        refused(workloadEndpoint({ ...BASE, ...v1 }), 'validationerrors', ...fields),
      );
    }

    it('a pod or container whose name v3 does not take', () => {
      refused(
        workloadEndpoint(BASE, { workload: 'default.Pod1' }),
        'validationerrors',
        'metadata.name',
        'spec.pod',
      );
      const parts = { orchestrator: 'cni', workload: 'my_container.1' };
      refused(workloadEndpoint(BASE, parts), 'validationerrors', 'metadata.name', 'spec.containerID');
    });

    it('a name that is too long, as dashes double', () => {
      const parts = { workload: `default.${'a-'.repeat(80)}a` };
      refused(workloadEndpoint(BASE, parts), 'validationerrors', 'metadata.name');
    });

    it('a namespace that would be two parts of a key', () => {
      refused(workloadEndpoint(BASE, { workload: 'a/b.pod' }), 'validationerrors', 'metadata.namespace');
    });
  });

  it('never throws, and is either converted or refused with reasons', () => {
    const keys = Object.keys(BASE).concat(
      'ipv6_nets',
      'ipv4_nat',
      'labels',
      'profile_ids',
      'ports',
      'IPv4_Gateway',
    );
    const values = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, fc.string(), (changes, workload) => {
        const { entry, problems } = workloadEndpoint({ ...BASE, ...changes }, { workload: `ns.${workload}` });
        assert.equal(entry === undefined, problems.length > 0);
      }),
      { seed: 10, numRuns: 500 },
    );
  });
});

describe('parseMac', () => {
  for (const [text, expected] of [
    [MAC, MAC],
    ['CA-FE-1D-52-BB-E9', MAC],
    ['cafe.1d52.BBE9', MAC],
    ['00:11:22:33:44:55:66:77', '00:11:22:33:44:55:66:77'],
    [Array(20).fill('ab').join(':'), Array(20).fill('ab').join(':')],
    ['ca:fe:1d-52:bb:e9', undefined],
    ['cafe1d52bbe9', undefined],
    ['ca:fe:1d:52:bb', undefined],
    ['ca:fe:1d:52:bb:e9:00', undefined],
    ['', undefined],
  ] as const) {
    it(`${text || 'nothing'}: ${expected ?? 'refused'}`, () => assert.equal(parseMac(text), expected));
  }
});
