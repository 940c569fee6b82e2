import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, ipamText, noted, refusals } from './snapshot.ts';

const BLOCK = 'assignment/ipv4/block/10.0.0.0-26';
const HEAD = { cidr: '10.0.0.0/26', affinity: 'host:n' };
const REST = '"allocations":null,"unallocated":null,"attributes":null,"deleted":false}';

const ipam = (key: string, value: unknown) =>
  convert({ [`/calico/ipam/v2/${key}`]: typeof value === 'string' ? value : JSON.stringify(value) });
const block = (value: unknown) => ipam(BLOCK, value);

describe('IPAM blocks', () => {
  const affinities: readonly (readonly [value: Readonly<Record<string, unknown>>, affinity: string])[] = [
    [{ affinity: 'host:N_1' }, '"host:n-1"'],
    [{ affinity: null }, 'null'],
    [{}, 'null'],
    [{ affinity: 'host:' }, '"host:"'],
    [{ affinity: '' }, '""'],
    [{ affinity: 'rack:R_1' }, '"rack:R_1"'],
    [{ hostAffinity: 'N_1' }, '"host:n-1"'],
    [{ affinity: 'host:a', hostAffinity: 'b' }, '"host:a"'],
  ];
  for (const [value, affinity] of affinities) {
    it(`with ${JSON.stringify(value)} have the affinity ${affinity}`, () => {
      assert.equal(
        ipamText(block({ cidr: '10.0.0.0/26', ...value }), BLOCK),
        `{"cidr":"10.0.0.0/26","affinity":${affinity},"strictAffinity":false,${REST}`,
      );
    });
  }

  it('have the fields of Go, in its order, with node names of v3 (row 9)', () => {
    const value = {
      deleted: true,
      attributes: [
        { secondary: { pod: 'p', node: 'N_1', 10: 'x', 9: 'y' }, handle_id: '<h>' },
        { handle_id: null, secondary: null },
        {},
        { handle_id: null, secondary: { node: '---' } },
      ],
      unallocated: [1],
      allocations: [0, null],
      strictAffinity: true,
      other: 1,
      ...HEAD,
    };
    const conversion = block(value);
    assert.equal(
      ipamText(conversion, BLOCK),
      '{"cidr":"10.0.0.0/26","affinity":"host:n","strictAffinity":true,"allocations":[0,null],"unallocated":[1],' +
        '"attributes":[{"handle_id":"\\u003ch\\u003e","secondary":{"10":"x","9":"y","node":"n-1","pod":"p"}},' +
        '{"handle_id":null,"secondary":null},{"handle_id":null,"secondary":null},' +
        '{"handle_id":null,"secondary":{"node":"---"}}],"deleted":true}',
    );
    assert.match(noted(conversion).join(), /^IPAMBlock\(cidr=10.0.0.0\/26\): other is not carried over/);
  });

  it('keep a network that is not that of the key, which is noted', () => {
    const conversion = block({ ...HEAD, cidr: '10.9.0.0/26' });
    assert.match(ipamText(conversion, BLOCK) ?? '', /^{"cidr":"10.9.0.0\/26"/);
    assert.equal(noted(conversion).length, 1);
  });

  it('have canonical keys', () => {
    const conversion = ipam('assignment/ipv6/block/FD00:0::7-122', { cidr: 'fd00::/122' });
    assert.ok(ipamText(conversion, 'assignment/ipv6/block/fd00::-122'));
  });

  const refused: readonly (readonly [value: unknown, field: string])[] = [
    ['nope', ''],
    [{ affinity: 'host:n' }, 'cidr'],
    [{ ...HEAD, cidr: 'x' }, 'cidr'],
    [{ ...HEAD, affinity: 1 }, 'affinity'],
    [{ ...HEAD, affinity: 'host:---' }, 'affinity'],
    [{ ...HEAD, strictAffinity: 'x' }, 'strictAffinity'],
    [{ ...HEAD, allocations: [0, 'x'] }, 'allocations[1]'],
    [{ ...HEAD, allocations: {} }, 'allocations'],
    [{ ...HEAD, unallocated: [null] }, 'unallocated[0]'],
    [{ ...HEAD, attributes: [null] }, 'attributes[0]'],
    [{ ...HEAD, attributes: [{ handle_id: 1 }] }, 'attributes[0].handle_id'],
    [{ ...HEAD, attributes: [{ secondary: { node: 1 } }] }, 'attributes[0].secondary["node"]'],
  ];
  for (const [value, field] of refused) {
    it(`refuse ${JSON.stringify(value)} (rows 1, 2, 3)`, () => {
      const where = field && `: ${field}`;
      assert.deepEqual(refusals(block(value)), [`conversionerrors IPAMBlock(cidr=10.0.0.0/26)${where}`]);
    });
  }

  it('refuse a key that ends in no network (row 3)', () => {
    assert.deepEqual(refusals(ipam('assignment/ipv4/block/x', HEAD)), ['conversionerrors IPAMBlock(cidr=x)']);
  });

  it('note hidden hosts and handles that they refer to (row 20)', () => {
    const attributes = [{ handle_id: '_h', secondary: null }];
    const notes = noted(block({ cidr: '10.0.0.0/26', affinity: 'host:_n', attributes }));
    assert.match(notes[0] ?? '', /refers to the handle _h: etcd v2 hides/);
    assert.match(notes[1] ?? '', /refers to the host _n: etcd v2 hides/);
    assert.equal(notes.length, 2);
  });
});

describe('block affinities', () => {
  const values: readonly (readonly [v1: string, v3: string])[] = [
    ['', '{"state":"","deleted":false}'],
    ['{}', '{"state":"","deleted":false}'],
    ['{"state":"pending","deleted":true}', '{"state":"pending","deleted":true}'],
  ];
  for (const [v1, v3] of values) {
    it(`with ${v1 || 'nothing'} become ${v3}, under the node's name`, () => {
      assert.equal(
        ipamText(ipam('host/N_1/ipv4/block/10.0.0.0-26', v1), 'host/n-1/ipv4/block/10.0.0.0-26'),
        v3,
      );
    });
  }

  it('refuse what cannot be read, hosts without a name and keys without a network (rows 1, 3)', () => {
    assert.deepEqual(refusals(ipam('host/n/ipv4/block/10.0.0.0-26', 'x')), [
      'conversionerrors BlockAffinity(cidr=10.0.0.0/26, host=n)',
    ]);
    assert.deepEqual(refusals(ipam('host/---/ipv4/block/10.0.0.0-26', '')), [
      'conversionerrors BlockAffinity(cidr=10.0.0.0/26, host=---)',
    ]);
    assert.deepEqual(refusals(ipam('host/n/ipv4/block/x', '')), [
      'conversionerrors BlockAffinity(cidr=x, host=n)',
    ]);
  });
});

describe('IPAM handles', () => {
  const values: readonly (readonly [v1: string, v3: string])[] = [
    ['{}', '{"block":null,"deleted":false}'],
    ['{"block":{"b":2,"a":1,"10":null}}', '{"block":{"10":0,"a":1,"b":2},"deleted":false}'],
    ['{"deleted":true,"Block":{}}', '{"block":{},"deleted":true}'],
  ];
  for (const [v1, v3] of values) {
    it(`${v1} become ${v3}, under the same key`, () => {
      assert.equal(ipamText(ipam('handle/Has %25', v1), 'handle/Has %25'), v3);
    });
  }

  for (const value of ['x', '', '[]', '{"block":{"a":"1"}}', '{"block":1}']) {
    it(`refuse ${value || 'nothing'} (row 1)`, () => {
      assert.match(refusals(ipam('handle/h', value)).join(), /^conversionerrors IPAMHandle\(id=h\)/);
    });
  }
});

describe('the IPAM configuration', () => {
  it('is migrated to the same key (row 8)', () => {
    const text = '{"strict_affinity":true,"auto_allocate_blocks":false}';
    assert.equal(ipamText(ipam('config', text), 'config'), text);
    assert.equal(ipamText(ipam('config', '{"strict_affinity":true}'), 'config'), '{"strict_affinity":true}');
  });

  it('is refused where it cannot be read', () => {
    assert.deepEqual(refusals(ipam('config', '{"strict_affinity":1}')), [
      'conversionerrors IPAMConfig: strict_affinity',
    ]);
  });
});

describe('endpoints', () => {
  it('note hidden profiles that they have (row 20)', () => {
    const conversion = convert({
      '/calico/v1/host/n/endpoint/e': '{"name":"eth0","profile_ids":["p","_q"]}',
    });
    assert.match(
      noted(conversion).join(),
      /^HostEndpoint\(node=n, name=e\): refers to the profile _q: etcd v2 hides/,
    );
  });
});
