import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeTpr, decodeTprInstance } from '../../../../jobs/lib/kubernetes/stored-tpr.ts';
import { recordedEntries, recordedEntry, sentObjects, servedItems, servedObject } from './recorded-tprs.ts';

const BLOCK_METADATA = '/systemnetworkpolicys/kube-system/block-metadata';

describe('stored ThirdPartyResources of a real 1.7.5', () => {
  const definitions = recordedEntries().filter(({ key }) => key.includes('/thirdpartyresources/'));
  const listed = servedItems('tpr list');

  it('has both encodings', () => {
    assert.deepEqual(new Set(definitions.map(({ encoding }) => encoding)), new Set(['json', 'protobuf']));
  });

  for (const { key, value, encoding } of definitions.filter(entry => entry.encoding === 'json')) {
    it(`serves ${key} (${encoding}) as the server did`, () => {
      const name = key.slice(key.lastIndexOf('/') + 1);
      const served = listed.find(item => item.metadata.name === name);
      assert.ok(served?.metadata.resourceVersion);
      // The items of a list carry no apiVersion and kind.
      const expected = { ...served, apiVersion: 'extensions/v1beta1', kind: 'ThirdPartyResource' };
      assert.deepEqual(decodeTpr(value, served.metadata.resourceVersion), expected);
    });
  }

  it('serves the protobuf one as the server did', () => {
    const { value } = recordedEntry('/system-network-policy.alpha.projectcalico.org');
    assert.deepEqual(decodeTpr(value, '12875'), servedObject('tpr create'));
  });
});

describe('stored instances of a real 1.7.5', () => {
  it('serves the patched SystemNetworkPolicy as the server did', () => {
    const { value } = recordedEntry(BLOCK_METADATA);
    assert.deepEqual(decodeTprInstance(value, '12880'), servedObject('tpr instance merge patch'));
  });

  for (const sent of sentObjects()) {
    it(`returns ${sent.kind} ${sent.metadata.name} as it was sent, with the stored metadata`, () => {
      const { value } = recordedEntry(`/kube-system/${sent.metadata.name}`);
      const { metadata, ...fields } = decodeTprInstance(value, '7');
      const { creationTimestamp, uid, ...rest } = metadata;
      assert.deepEqual(
        { ...fields, metadata: rest },
        {
          ...sent,
          metadata: { ...sent.metadata, namespace: 'kube-system', resourceVersion: '7' },
        },
      );
      assert.match(String(creationTimestamp), /^2026-11-20T10:29:38Z$/);
      assert.match(String(uid), /^49[0-9a-f]{6}-e4cd-11f1-bf8f-e2ce8db01d88$/);
    });
  }

  it('decodes the JSON encoding', () => {
    const { value, encoding } = recordedEntry('/ippools/kube-system/192-168-0-0-16');
    assert.equal(encoding, 'json');
    assert.deepEqual(decodeTprInstance(value, '9'), {
      apiVersion: 'projectcalico.org/v1',
      kind: 'IpPool',
      metadata: {
        name: '192-168-0-0-16',
        namespace: 'kube-system',
        uid: 'f91e830b-e4cc-11f1-ab61-e2ce8db01d88',
        resourceVersion: '9',
        creationTimestamp: '2026-11-20T10:27:22Z',
      },
      spec: {
        value:
          '{"cidr":"192.168.0.0/16","ipip":"tunl0","ipip_mode":"always","masquerade":true,"ipam":true,"disabled":false}',
      },
    });
  });

  it('covers every recorded entry', () => {
    for (const { key, value } of recordedEntries()) {
      const decode = key.includes('/thirdpartyresources/') ? decodeTpr : decodeTprInstance;
      assert.equal(decode(value, '1').metadata.name, key.slice(key.lastIndexOf('/') + 1));
    }
  });
});

describe('values that do not decode', () => {
  const { value } = recordedEntry(BLOCK_METADATA);
  const wrong: readonly (readonly [name: string, value: Buffer, message: RegExp])[] = [
    ['nothing', Buffer.alloc(0), /neither the protobuf nor the JSON/],
    ['text', Buffer.from('hello'), /neither the protobuf nor the JSON/],
    ['a JSON array', Buffer.from('[]'), /its JSON is no object/],
    ['JSON without a type', Buffer.from('{"metadata":{"name":"x"}}'), /no apiVersion and kind/],
    ['an encrypted value', Buffer.from('k8s:enc:aescbc:v1:key1:xyz'), /encrypted/],
    ['a value cut short', value.subarray(0, 200), /not protobuf of Unknown/],
    ['only the magic', Buffer.from('k8s\0'), /no apiVersion and kind/],
    ['another kind', Buffer.from('{"apiVersion":"v1","kind":"Secret"}'), /it is a v1 Secret, not a Third/],
    [
      'no name',
      Buffer.from('{"apiVersion":"v1","kind":"ThirdPartyResourceData","data":"e30="}'),
      /no metadata with a name/,
    ],
    [
      'no data',
      Buffer.from('{"apiVersion":"v1","kind":"ThirdPartyResourceData","metadata":{"name":"x"}}'),
      /its data is undefined, not bytes/,
    ],
  ];
  for (const [name, bytes, message] of wrong) {
    it(`says what is wrong: ${name}`, () => {
      assert.throws(() => decodeTprInstance(bytes, '1'), { message });
    });
  }

  it('throws for every truncation of a recorded value, and never returns half an object', () => {
    const whole = decodeTprInstance(value, '1');
    for (let length = 0; length < value.length; length += 1) {
      try {
        // The last bytes are two empty fields of the envelope.
        assert.deepEqual(decodeTprInstance(value.subarray(0, length), '1'), whole);
        assert.ok(
          length >= value.length - 4,
          `${length} of ${value.length} bytes were taken for a whole object`,
        );
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
      }
    }
  });
});
