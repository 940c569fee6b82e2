import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodePeerPatch, planNodePeers } from '../../../../jobs/lib/calico/node-peers.ts';
import { texts } from './tpr-objects.ts';

const PREFIX = 'peer.bgp.projectcalico.org/';
const FULL = `${PREFIX}2001-0db8-0000-0000-0000-0000-0000-0007`;
const SHORT = `${PREFIX}2001-db8--7`;
const VALUE = '{"ip":"2001:db8::7","as_num":"65001"}';

const plan = (annotations: Record<string, string>) =>
  planNodePeers([{ metadata: { name: 'node-0', annotations } }]);
const reasons = (annotations: Record<string, string>) =>
  plan(annotations).problems.map(({ field, reason }) => `${field.replace(PREFIX, '')} ${reason}`);

describe('node-scoped BGP peers', () => {
  it('with IPv6 are renamed, the value untouched', () => {
    const value = '{ "as_num":"65001",  "ip":"2001:DB8::7" }';
    const { plans, problems, notes } = plan({ [SHORT]: value, other: 'x' });
    assert.deepEqual(plans, [{ node: 'node-0', renames: [{ from: SHORT, to: FULL, value }], removals: [] }]);
    assert.deepEqual({ problems, notes }, { problems: [], notes: [] });
  });

  it('are left alone under IPv4 keys and expanded keys', () => {
    const annotations = {
      [`${PREFIX}198-51-100-7`]: '{"ip":"198.51.100.7","as_num":"65001"}',
      [FULL]: VALUE,
    };
    assert.deepEqual(plan(annotations), { plans: [], problems: [], notes: [] });
  });

  it('with the same peer under the expanded key lose only the short key', () => {
    for (const value of [VALUE, '{"ip":"2001:db8:0::7",  "as_num":"65001"}']) {
      assert.deepEqual(plan({ [SHORT]: value, [FULL]: VALUE }).plans, [
        { node: 'node-0', renames: [], removals: [{ key: SHORT, value }] },
      ]);
    }
  });

  it('with two short keys for one peer become one', () => {
    const longer = `${PREFIX}2001-db8-0-0-0-0-0-7`;
    assert.deepEqual(plan({ [SHORT]: VALUE, [longer]: VALUE }).plans, [
      {
        node: 'node-0',
        renames: [{ from: SHORT, to: FULL, value: VALUE }],
        removals: [{ key: longer, value: VALUE }],
      },
    ]);
  });

  it('with another value under the expanded key are refused', () => {
    const { plans, problems } = plan({ [SHORT]: VALUE, [FULL]: '{"ip":"2001:db8::7","as_num":"1"}' });
    assert.deepEqual(plans, []);
    assert.deepEqual(texts(problems), [
      `Node node-0: metadata.annotations["${SHORT}"]: is "{\\"ip\\":\\"2001:db8::7\\",\\"as_num\\":\\"65001\\"}", ` +
        `but metadata.annotations["${FULL}"] for the same peer is "{\\"ip\\":\\"2001:db8::7\\",\\"as_num\\":\\"1\\"}". ` +
        'Remove the annotation that is wrong.',
    ]);
  });

  it('with fields that Calico does not know are the same only if the text is', () => {
    const value = '{"ip":"2001:db8::7","as_num":"65001","extra":1}';
    assert.equal(plan({ [SHORT]: value, [FULL]: VALUE }).problems.length, 1);
    assert.equal(plan({ [SHORT]: value, [FULL]: value }).problems.length, 0);
  });

  const malformed: [value: string, reason: string][] = [
    ['oops', 'is "oops", expected a JSON object'],
    ['["ip"]', 'is "[\\"ip\\"]", expected a JSON object'],
    ['null', 'has ip nothing, expected an IP address as a string'],
    ['{"as_num":"1"}', 'has ip nothing, expected an IP address as a string'],
    ['{"ip":5}', 'has ip 5, expected an IP address as a string'],
    ['{"ip":"198.51.100.7/32"}', 'has ip "198.51.100.7/32", expected an IP address as a string'],
    ['{"ip":"198.51.100.7","as_num":65001}', 'has as_num 65001, expected a decimal AS number as a string'],
    ['{"ip":"198.51.100.7","as_num":"1.10"}', 'has as_num "1.10", expected a decimal AS number as a string'],
    [
      '{"ip":"198.51.100.7","as_num":"4294967296"}',
      'has as_num "4294967296", expected a decimal AS number as a string',
    ],
    ['{"ip":"198.51.100.7","as_num":""}', 'has as_num "", expected a decimal AS number as a string'],
  ];
  for (const [value, reason] of malformed) {
    it(`with the value ${value} are refused`, () => {
      assert.deepEqual(reasons({ [`${PREFIX}198-51-100-7`]: value }), [
        `metadata.annotations["198-51-100-7"] ${reason}, so Calico 2.4 ignores the peer`,
      ]);
    });
  }

  it('whose key stands for no address, or for another one, are refused', () => {
    assert.deepEqual(reasons({ [`${PREFIX}my-peer`]: VALUE, [`${PREFIX}198-51-100-7`]: VALUE }), [
      'metadata.annotations["198-51-100-7"] the key stands for 198.51.100.7, but ip is "2001:db8::7", expected the same address',
      'metadata.annotations["my-peer"] the key stands for no IP address, so Calico 2.4 ignores the peer',
    ]);
  });

  it('without as_num or with further fields have a note', () => {
    const key = `metadata.annotations["${FULL}"]`;
    const note = (value: string) => plan({ [FULL]: value }).notes.map(({ reason }) => reason);
    assert.deepEqual(note('{"ip":"2001:db8::7"}'), [`${key} has no as_num: Calico reads AS number 0`]);
    assert.deepEqual(note('{"ip":"2001:db8::7","as_num":"1","a":1,"b":2}'), [
      `${key} has fields that Calico ignores: a, b`,
    ]);
  });

  it('of a node with one bad peer are renamed all the same', () => {
    const { plans, problems } = plan({ [SHORT]: VALUE, [`${PREFIX}198-51-100-7`]: 'oops' });
    assert.equal(problems.length, 1);
    assert.equal(plans[0]?.renames.length, 1);
  });
});

describe('the patch of a node', () => {
  const [first] = plan({ [SHORT]: VALUE }).plans;
  assert.ok(first);

  it('renames in one request', () => {
    assert.deepEqual(nodePeerPatch(first), { metadata: { annotations: { [SHORT]: null, [FULL]: VALUE } } });
  });

  it('can be made to fail if the node has changed', () => {
    assert.deepEqual(nodePeerPatch(first, '77'), {
      metadata: { resourceVersion: '77', annotations: { [SHORT]: null, [FULL]: VALUE } },
    });
  });
});
