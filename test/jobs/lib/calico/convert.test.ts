import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertTprs } from '../../../../jobs/lib/calico/convert.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { kindNamed, texts, tprObject } from './tpr-objects.ts';

const config = (name: string, spec: object, metadata = {}) =>
  tprObject(kindNamed('GlobalConfig'), name, spec, metadata);
const pool = (name: string, value: object, metadata = {}) =>
  tprObject(kindNamed('IpPool'), name, { value: JSON.stringify(value) }, metadata);
const peer = (name: string, asNumber: number) => tprObject(kindNamed('GlobalBgpPeer'), name, { asNumber });

function convert(...objects: KubeObject[]) {
  const kinds = ['GlobalConfig', 'GlobalBgpConfig', 'IpPool', 'GlobalBgpPeer', 'SystemNetworkPolicy'];
  const instances = kinds.map(kind => {
    const own = objects.filter(object => object.kind === kind);
    return [kindNamed(kind).tprName, own.length > 0 ? own : undefined] as const;
  });
  const result = convertTprs(new Map(instances), { targetVersion: '2.5.1' });
  return {
    ...result,
    names: result.objects.map(({ object }) => `${object.kind} ${object.metadata.name}`),
    notes: result.notes.map(({ object, reason }) => `${object}: ${reason}`),
    problems: texts(result.problems),
  };
}

describe('the conversion of all objects', () => {
  it('of none is nothing', () => {
    assert.deepEqual(convertTprs(new Map(), { targetVersion: '2.5.1' }), {
      objects: [],
      problems: [],
      notes: [],
      strays: [],
    });
  });

  it('goes by kind and name', () => {
    const { names } = convert(
      peer('192-0-2-2', 1),
      peer('192-0-2-1', 1),
      config('b', { name: 'B' }),
      config('a', { name: 'A' }),
    );
    assert.deepEqual(names, [
      'GlobalFelixConfig a',
      'GlobalFelixConfig b',
      'BGPPeer 192-0-2-1',
      'BGPPeer 192-0-2-2',
    ]);
  });

  it('reports objects of other namespaces and does not copy them', () => {
    const { names, strays, problems } = convert(
      config('a', { name: 'A', value: '1' }),
      config('a', { name: 'A', value: '2' }, { namespace: 'team-a' }),
      pool('junk', {}, { namespace: 'default' }),
    );
    assert.deepEqual(names, ['GlobalFelixConfig a']);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      strays.map(({ kind, namespace, name }) => [kind.tpr.kind, namespace, name]),
      [
        ['GlobalConfig', 'team-a', 'a'],
        ['IpPool', 'default', 'junk'],
      ],
    );
  });

  it('goes on without the objects that have a problem', () => {
    const { names, problems } = convert(
      pool('10-64-0-0-16', {}),
      pool('10-65-0-0-16', { cidr: '10.65.0.0/16' }),
    );
    assert.deepEqual(names, ['IPPool 10-65-0-0-16']);
    assert.deepEqual(problems, [
      'IpPool kube-system/10-64-0-0-16: spec.value.cidr: is missing, expected the CIDR of the pool. ' +
        'Write the CIDR of the pool, or delete the object.',
    ]);
  });
});

describe('objects that meet at one name', () => {
  it('are refused if they differ, and name each other', () => {
    const { names, problems } = convert(
      config('logseverityscreen', { name: 'LogSeverityScreen', value: 'info' }),
      config('my-log-level', { name: 'LogSeverityScreen', value: 'debug' }),
      config('other', { name: 'logSeverityScreen', value: 'info' }),
    );
    assert.deepEqual(names, []);
    const fix = 'Delete the objects that are wrong, and keep one.';
    const become = 'becomes GlobalFelixConfig logseverityscreen, as does';
    assert.deepEqual(problems, [
      `GlobalConfig kube-system/logseverityscreen: ${become} kube-system/my-log-level, kube-system/other with another content. ${fix}`,
      `GlobalConfig kube-system/my-log-level: ${become} kube-system/logseverityscreen, kube-system/other with another content. ${fix}`,
      `GlobalConfig kube-system/other: ${become} kube-system/logseverityscreen, kube-system/my-log-level with another content. ${fix}`,
    ]);
  });

  it('are written once if they have the same content', () => {
    const same = { cidr: '10.64.0.0/16', ipip: 'tunl0' };
    const { objects, notes, problems } = convert(
      pool('10-1-0-0-16', { ...same, ipip_mode: '' }),
      pool('10-64-0-0-16', same),
      config('ipinipenabled', { name: 'IpInIpEnabled', value: 'True' }),
    );
    assert.deepEqual(problems, []);
    const written = objects.find(({ object }) => object.kind === 'IPPool');
    assert.equal(written?.source.metadata.name, '10-64-0-0-16');
    assert.deepEqual(
      written?.duplicates.map(({ metadata }) => metadata.name),
      ['10-1-0-0-16'],
    );
    assert.deepEqual(notes, [
      'IpPool kube-system/10-1-0-0-16: is written as 10-64-0-0-16, the name that belongs to its cidr',
      'IpPool kube-system/10-1-0-0-16: has the same content as IpPool kube-system/10-64-0-0-16, so one IPPool 10-64-0-0-16 is written for both',
    ]);
  });

  it('differ if only one of them has a label', () => {
    const value = { cidr: '10.64.0.0/16' };
    for (const [first, second] of [
      [{ labels: { a: 'b' } }, {}],
      [{}, { labels: { a: 'b' } }],
    ]) {
      assert.equal(
        convert(pool('10-64-0-0-16', value, first), pool('10-1-0-0-16', value, second)).names.length,
        0,
      );
    }
  });

  it('may be peers with their IPv6 names in two notations', () => {
    assert.deepEqual(convert(peer('fd00--1', 1), peer('fd00-0-0-0-0-0-0-1', 1)).names, [
      'BGPPeer fd00-0000-0000-0000-0000-0000-0000-0001',
    ]);
    assert.equal(convert(peer('fd00--1', 1), peer('fd00-0-0-0-0-0-0-1', 2)).problems.length, 2);
  });
});

describe('pools with IPIP', () => {
  const pools = [
    pool('10-64-0-0-16', { cidr: '10.64.0.0/16', ipip: 'tunl0' }),
    pool('10-65-0-0-16', { cidr: '10.65.0.0/16', ipip: 'tunl0' }),
  ];
  const setting = (value: string) => config('ipinipenabled', { name: 'IpInIpEnabled', value });
  const tail = 'it is left so, and Felix goes by FELIX_IPINIPENABLED of calico-node';

  it('have a note where no setting switches IPIP on', () => {
    assert.deepEqual(convert(...pools).notes, [
      `GlobalConfig kube-system/ipinipenabled: does not exist, but IPIP is on in pool 10-64-0-0-16 and 1 more; ${tail}`,
    ]);
    assert.deepEqual(convert(...pools.slice(1), setting('false')).notes, [
      `GlobalConfig kube-system/ipinipenabled: is "false", but IPIP is on in pool 10-65-0-0-16; ${tail}`,
    ]);
  });

  it('have none where it is on, or there is no such pool', () => {
    assert.deepEqual(convert(...pools, setting('true')).notes, []);
    assert.deepEqual(convert(pool('10-66-0-0-16', { cidr: '10.66.0.0/16' })).notes, []);
  });
});
