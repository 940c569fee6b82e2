import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareBytes, goText } from '../../../../../jobs/lib/calico/v3/go-text.ts';
import { objectUid, resourceKey, storedText } from '../../../../../jobs/lib/calico/v3/storage.ts';

const IDENTITY = { uid: 'u', creationTimestamp: '2018-01-10T10:00:00Z' };

describe('storedText', () => {
  it('has the fields of Go in its order, and maps sorted', () => {
    const text = storedText(
      {
        kind: 'Profile',
        apiVersion: 'projectcalico.org/v3',
        metadata: { labels: { b: '', 9: '', 10: '' }, annotations: {}, namespace: 'ns', name: 'p' },
        spec: { ingress: [{ b: 1, a: undefined }], labelsToApply: { z: '', a: '' } },
      },
      IDENTITY,
    );
    assert.equal(
      text,
      '{"kind":"Profile","apiVersion":"projectcalico.org/v3","metadata":{"name":"p","namespace":"ns","uid":"u",' +
        '"creationTimestamp":"2018-01-10T10:00:00Z","labels":{"10":"","9":"","b":""}},' +
        '"spec":{"ingress":[{"b":1}],"labelsToApply":{"a":"","z":""}}}',
    );
  });

  it('leaves IPAM data as it is', () => {
    assert.equal(storedText('{"block": {}}', IDENTITY), '{"block": {}}');
  });
});

describe('goText', () => {
  const texts: readonly (readonly [value: unknown, text: string])[] = [
    ['a<b>&c', '"a\\u003cb\\u003e\\u0026c"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['"\\\n\r\t', '"\\"\\\\\\n\\r\\t"'],
    ['\b\f\u0001\u007f', '"\\u0008\\u000c\\u0001\u007f"'],
    ['\ud800x', '"\ufffdx"'],
    ['\u{1f600}µ', '"\u{1f600}µ"'],
    ['\\u0041', '"\\\\u0041"'],
    [1e21, '1e+21'],
    [1e20, '100000000000000000000'],
    [1e-6, '0.000001'],
    [1.5e-7, '1.5e-7'],
    [{ a: 9223372036854775807n, b: [true, null, [], {}] }, '{"a":9223372036854775807,"b":[true,null,[],{}]}'],
    [{ '<': '&', a: [1, 'x'] }, '{"\\u003c":"\\u0026","a":[1,"x"]}'],
  ];
  for (const [value, text] of texts) {
    it(`writes ${text}`, () => assert.equal(goText(value), text));
  }
});

describe('compareBytes', () => {
  it('orders as UTF-8 does', () => {
    const texts = [
      '',
      'a',
      'a-',
      'aa',
      'b',
      '\u00e9',
      '\ud7ff',
      '\ue000',
      '\uffee',
      '\u{10000}',
      '\u{1f600}',
    ];
    const bytes = (text: string) => Buffer.from(text);
    for (const a of texts) {
      for (const b of texts) {
        assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(bytes(a), bytes(b)), `${a} ${b}`);
      }
    }
  });
});

describe('objectUid', () => {
  it('is a UUID that follows from key and seed', () => {
    const uid = objectUid('/calico/x', 'run-1');
    assert.match(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(objectUid('/calico/x', 'run-1'), uid);
    assert.notEqual(objectUid('/calico/y', 'run-1'), uid);
    assert.notEqual(objectUid('/calico/x', 'run-2'), uid);
  });
});

describe('resourceKey', () => {
  it('has the namespace of kinds that have one', () => {
    assert.equal(resourceKey('nodes', 'n'), '/calico/resources/v3/projectcalico.org/nodes/n');
    assert.equal(
      resourceKey('workloadendpoints', 'w', 'ns'),
      '/calico/resources/v3/projectcalico.org/workloadendpoints/ns/w',
    );
  });
});
