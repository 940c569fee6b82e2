import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bgpConfigFile,
  bgpPeerFile,
  felixConfigFile,
  ipPoolFile,
} from '../../../../jobs/lib/calico/backup-files.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

const lines = (...parts: readonly string[]) => parts.map(part => `${part}\n`).join('');

const object = (name: string, spec?: unknown, namespace = 'kube-system'): KubeObject => ({
  metadata: { name, namespace },
  ...(spec !== undefined && { spec }),
});

const pool = (name: string, value: object) => object(name, { value: JSON.stringify(value) });

const node = (name: string, peers: Record<string, string>): KubeObject => ({
  metadata: {
    name,
    annotations: Object.fromEntries(
      Object.entries(peers).map(([key, value]) => [`peer.bgp.projectcalico.org/${key}`, value]),
    ),
  },
});

const poolText = (cidr: string, ...spec: readonly string[]) =>
  lines('- apiVersion: v1', '  kind: ipPool', '  metadata:', `    cidr: ${cidr}`, ...spec);

const peerText = (asNumber: number, peerIP: string, nodeName?: string) =>
  lines(
    '- apiVersion: v1',
    '  kind: bgpPeer',
    '  metadata:',
    ...(nodeName === undefined ? [] : [`    node: ${nodeName}`]),
    `    peerIP: ${peerIP}`,
    `    scope: ${nodeName === undefined ? 'global' : 'node'}`,
    '  spec:',
    `    asNumber: ${asNumber}`,
  );

describe('ippool.yaml', () => {
  const cases: readonly (readonly [what: string, value: object, text: string])[] = [
    ['a plain pool', { cidr: '10.64.0.0/16' }, poolText('10.64.0.0/16', '  spec: {}')],
    ['host bits', { cidr: '10.64.5.1/16' }, poolText('10.64.5.1/16', '  spec: {}')],
    ['a single address', { cidr: '10.64.5.1' }, poolText('10.64.5.1/32', '  spec: {}')],
    ['a single IPv6 address', { cidr: 'FD00::1' }, poolText('fd00::1/128', '  spec: {}')],
    ['no cidr', {}, poolText('<nil>', '  spec: {}')],
    ['an empty cidr', { cidr: '' }, poolText('<nil>', '  spec: {}')],
    [
      'a mode without IPIP',
      { cidr: '10.64.0.0/16', ipip_mode: 'always' },
      poolText('10.64.0.0/16', '  spec:', '    ipip:', '      mode: always'),
    ],
    [
      'everything',
      {
        cidr: '10.64.0.0/16',
        ipip: 'x',
        ipip_mode: 'y',
        masquerade: true,
        disabled: true,
        ipam: true,
        extra: 1,
      },
      poolText(
        '10.64.0.0/16',
        ...['  spec:', '    disabled: true', '    ipip:', '      enabled: true', '      mode: "y"'],
        '    nat-outgoing: true',
      ),
    ],
  ];
  for (const [what, value, text] of cases) {
    it(`holds a pool with ${what}`, () => {
      assert.deepEqual(ipPoolFile([pool('10-64-0-0-16', value)]), { text, leftOut: [] });
    });
  }

  it('holds the pools of kube-system by name', () => {
    const names = ['10-66-0-0-16', '10-64-0-0-16'].map(name => pool(name, { cidr: '10.64.0.0/16' }));
    const elsewhere = object('10-65-0-0-16', { value: '{}' }, 'default');
    const { text, leftOut } = ipPoolFile([
      pool('10-65-0-0-16', { cidr: '10.65.0.0/16' }),
      ...names,
      elsewhere,
    ]);
    assert.deepEqual(
      text.split('\n').filter(line => line.includes('cidr')),
      ['    cidr: 10.64.0.0/16', '    cidr: 10.65.0.0/16', '    cidr: 10.64.0.0/16'],
    );
    assert.deepEqual(leftOut, []);
  });

  const unreadable: readonly (readonly [object: KubeObject, reason: string])[] = [
    [pool('default-pool', { cidr: '10.64.0.0/16' }), 'the name is not that of a CIDR'],
    [object('10-64-0-0-16'), 'spec.value is no JSON object'],
    [object('10-64-0-0-16', 'text'), 'spec is no object'],
    [object('10-64-0-0-16', { value: 5 }), 'spec.value is no string'],
    [object('10-64-0-0-16', { value: '[]' }), 'spec.value is no JSON object'],
    [pool('10-64-0-0-16', { cidr: '10.64.0.0/33' }), 'spec.value.cidr is no CIDR'],
    [pool('10-64-0-0-16', { cidr: 5 }), 'a field in spec.value has the wrong type'],
    [pool('10-64-0-0-16', { cidr: '10.64.0.0/16', ipam: 'yes' }), 'a field in spec.value has the wrong type'],
  ];
  for (const [given, reason] of unreadable) {
    it(`leaves out an object: ${JSON.stringify(given.spec)} of ${given.metadata.name}`, () => {
      const leftOut = [`IpPool kube-system/${given.metadata.name}: ${reason}`];
      assert.deepEqual(ipPoolFile([given]), { text: '[]\n', leftOut });
    });
  }
});

describe('bgppeer.yaml', () => {
  it('holds the global peers by name, then those of the nodes by node and key', () => {
    const peers = [object('192-0-2-9', { asNumber: 2 }), object('192-0-2-1', { asNumber: '1.10' })];
    const nodes = [
      node('b', { '198-51-100-7': '{"ip":"198.51.100.7","as_num":"4"}' }),
      node('a', { '198-51-100-8': '{"as_num":"6"}', '198-51-100-7': '{"ip":"203.0.113.1"}' }),
    ];
    assert.deepEqual(bgpPeerFile(peers, nodes), {
      text: [
        peerText(65546, '192.0.2.1'),
        peerText(2, '192.0.2.9'),
        peerText(0, '198.51.100.7', 'a'),
        peerText(6, '198.51.100.8', 'a'),
        peerText(4, '198.51.100.7', 'b'),
      ].join(''),
      leftOut: [],
    });
  });

  it('quotes an address and a name that would be read as numbers', () => {
    const { text } = bgpPeerFile([], [node('12', { '1-2-3-4-5-6-7-8': '{}' })]);
    assert.equal(text, peerText(0, '"1:2:3:4:5:6:7:8"', '"12"'));
  });

  it('takes no other annotation for a peer', () => {
    const other = { metadata: { name: 'a', annotations: { 'projectcalico.org/IPv4Address': '1.2.3.4/24' } } };
    assert.deepEqual(bgpPeerFile([], [other]), { text: '[]\n', leftOut: [] });
  });

  for (const [asNumber, text] of [
    ['65001', 65001],
    [' 65001 ', 65001],
    ['"1.10"', 65546],
    ['null', 0],
    [null, 0],
  ] as const) {
    it(`reads as_num ${JSON.stringify(asNumber)}`, () => {
      const given = node('a', { '192-0-2-1': JSON.stringify({ ip: '192.0.2.1', as_num: asNumber }) });
      assert.deepEqual(bgpPeerFile([], [given]), { text: peerText(text, '192.0.2.1', 'a'), leftOut: [] });
    });
  }

  for (const value of [
    ...['oops', '[]', '{"ip":5}', '{"ip":"x"}', '{"as_num":65001}', '{"as_num":""}', '{"as_num":"1.10"}'],
    ...['{"as_num":"065001"}', '{"as_num":"4294967296"}', '{"as_num":"x","AS_NUM":"1"}'],
  ]) {
    it(`leaves out the annotation ${value}`, () => {
      const { text, leftOut } = bgpPeerFile([], [node('a', { '192-0-2-1': value })]);
      assert.equal(text, '[]\n');
      assert.match(leftOut.join(), /^Node a: annotation peer\.bgp\.projectcalico\.org\/192-0-2-1: /);
    });
  }

  it('leaves out unreadable objects only', () => {
    const peers = [
      object('192-0-2-1', { asNumber: 4294967296 }),
      object('192-0-2-2', { ASNumber: 64513 }),
      object('peer', { asNumber: 1 }),
    ];
    assert.deepEqual(bgpPeerFile(peers, []), {
      text: peerText(64513, '192.0.2.2'),
      leftOut: [
        'GlobalBgpPeer kube-system/192-0-2-1: spec.asNumber is no AS number',
        'GlobalBgpPeer kube-system/peer: the name is not that of an IP address',
      ],
    });
  });
});

describe('tpr-felixconfig.yaml and tpr-bgpconfig.yaml', () => {
  it('are empty if the kind is not defined', () => {
    assert.deepEqual([felixConfigFile([], false), bgpConfigFile([], false)], ['', '']);
  });

  it('hold the objects of all namespaces as they come, without what newer servers add', () => {
    const given = {
      ...object('a', { name: 'A', value: '1' }, 'default'),
      metadata: { name: 'a', namespace: 'default', generation: 1, managedFields: [], labels: { x: 'y' } },
    };
    const item = (kind: string) =>
      lines(
        ...[
          'apiVersion: v1',
          'items:',
          '- apiVersion: projectcalico.org/v1',
          `  kind: ${kind}`,
          '  metadata:',
        ],
        ...['    labels:', '      x: "y"', '    name: a', '    namespace: default', '  spec:', '    name: A'],
        ...['    value: "1"', 'kind: List', 'metadata:', '  resourceVersion: ""', '  selfLink: ""'],
      );
    assert.equal(felixConfigFile([given], true), item('GlobalConfig'));
    assert.equal(bgpConfigFile([given], true), item('GlobalBgpConfig'));
  });
});
