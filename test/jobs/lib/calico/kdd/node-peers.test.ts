import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertNodePeers } from '../../../../../jobs/lib/calico/kdd/node-peers.ts';
import { nodeWithBgp } from '../../../../../jobs/lib/calico/kdd/source.ts';

const PREFIX = 'peer.bgp.projectcalico.org/';

const node = (name: string, peers: Readonly<Record<string, unknown>>) => ({
  metadata: {
    name,
    annotations: Object.fromEntries(
      Object.entries(peers).map(([key, value]) => [
        PREFIX + key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  },
});

describe('BGP peers of Nodes', () => {
  it('become BGPPeers of this node, named after node and address', () => {
    const found = convertNodePeers([
      node('n2', { '192-0-2-1': { ip: '192.0.2.1', as_num: '64520' } }),
      node('n1.example.com', { '2001-db8--1': { ip: '2001:db8::1', as_num: '64521' } }),
    ]);
    assert.deepEqual(
      found.objects.map(({ object: { metadata, spec } }) => ({ name: metadata.name, spec })),
      [
        {
          name: 'n1.example.com.2001-0db8-0000-0000-0000-0000-0000-0001',
          spec: { node: 'n1.example.com', peerIP: '2001:db8::1', asNumber: 64521 },
        },
        { name: 'n2.192-0-2-1', spec: { node: 'n2', peerIP: '192.0.2.1', asNumber: 64520 } },
      ],
    );
    assert.deepEqual([found.problems, found.notes], [[], []]);
  });

  it('have the address of the value, whatever the key', () => {
    const { objects } = convertNodePeers([node('n', { 'my-peer': { ip: '192.0.2.7', as_num: '1' } })]);
    assert.equal(objects[0]?.object.metadata.name, 'n.192-0-2-7');
  });

  it('that are there twice are one if they say the same, and problems if not', () => {
    const twice = (second: string) =>
      convertNodePeers([
        node('n', {
          'fd00--7': { ip: 'fd00::7', as_num: '1' },
          'fd00-0000-0000-0000-0000-0000-0000-0007': { ip: 'fd00:0::7', as_num: second },
        }),
      ]);
    assert.equal(twice('1').objects.length, 1);
    assert.deepEqual(twice('1').problems, []);
    assert.deepEqual(twice('2').objects, []);
    assert.deepEqual(
      twice('2').problems.map(({ field }) => field),
      [
        `metadata.annotations["${PREFIX}fd00--7"]`,
        `metadata.annotations["${PREFIX}fd00-0000-0000-0000-0000-0000-0000-0007"]`,
      ],
    );
  });

  it('that cannot be read are problems', () => {
    const found = convertNodePeers([
      node('n', { a: '{', b: { ip: 'x', as_num: '1' }, c: { ip: '192.0.2.1', as_num: 'many' } }),
    ]);
    assert.deepEqual(found.objects, []);
    assert.equal(found.problems.length, 3);
    for (const { reason } of found.problems) assert.match(reason, /so Calico 2\.6 ignores the peer$/);
  });

  it('whose name would be too long are problems', () => {
    const { problems } = convertNodePeers([node('n'.repeat(250), { a: { ip: '192.0.2.1', as_num: '1' } })]);
    assert.match(problems[0]?.reason ?? '', /whose name has 260 characters, expected 253 at most/);
  });

  it('without an AS number are noted, and get 0 as 2.6 reads it', () => {
    const { objects, notes } = convertNodePeers([node('n', { a: { ip: '192.0.2.1', extra: 1 } })]);
    assert.deepEqual(objects[0]?.object.spec, { node: 'n', peerIP: '192.0.2.1', asNumber: 0 });
    assert.equal(notes.length, 2);
  });
});

describe('a Node', () => {
  it('is reduced to what Calico keeps of BGP in it', () => {
    const kept = { [`${PREFIX}a`]: '1', 'config.bgp.projectcalico.org/LogLevel': 'debug' };
    const full = {
      metadata: { name: 'n', labels: { x: 'y' }, annotations: { ...kept, 'example.com/z': '1' } },
      spec: { podCIDR: '10.0.0.0/24' },
    };
    assert.deepEqual(nodeWithBgp(full), {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n', annotations: kept },
    });
  });
});
