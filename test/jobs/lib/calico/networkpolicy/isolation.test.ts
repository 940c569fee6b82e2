import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isolationOf } from '../../../../../jobs/lib/calico/networkpolicy/isolation.ts';

type Expected = boolean | undefined;

/** Annotation, and whether it isolates for Felix (Kubernetes datastore) and for the policy controller (etcd). */
const CASES: readonly (readonly [annotation: string | undefined, felix: Expected, controller: Expected])[] = [
  [undefined, false, false],
  ['{"ingress":{"isolation":"DefaultDeny"}}', true, true],
  [' {\n "ingress": { "isolation": "DefaultDeny" } } ', true, true],
  ['{"ingress":{"isolation":"DefaultDeny"},"egress":{"isolation":"x"}}', true, true],
  ['{"ingress":{"isolation":"DefaultDeny","note":1}}', true, true],
  ['{}', false, false],
  ['{"egress":{"isolation":"DefaultDeny"}}', false, false],
  ['{"ingress":{}}', false, false],
  ['{"ingress":{"isolation":""}}', false, false],
  ['{"ingress":{"isolation":"defaultdeny"}}', false, false],
  ['{"ingress":{"isolation":"DefaultAllow"}}', false, false],
  ['{"ingress":{"isolation":true}}', false, false],
  // Go takes a key in any case of letters, Python does not.
  ['{"Ingress":{"Isolation":"DefaultDeny"}}', true, false],
  ['', false, undefined],
  ['DefaultDeny', false, undefined],
  ['{"ingress":{"isolation":"DefaultDeny"}', false, undefined],
  ['[]', false, undefined],
  ['"x"', false, undefined],
  ['null', false, undefined],
  ['{"ingress":null}', false, undefined],
  ['{"ingress":"DefaultDeny"}', false, undefined],
];

describe('the annotation that isolates', () => {
  for (const [annotation, felix, controller] of CASES) {
    it(`${annotation ?? '(absent)'}`, () => {
      assert.equal(isolationOf(annotation, 'kubernetes').isolated, felix);
      assert.equal(isolationOf(annotation, 'etcd').isolated, controller);
      assert.equal(
        isolationOf(annotation, 'unknown').isolated,
        felix === controller ? felix : undefined,
        'with an unknown datastore, what both say',
      );
    });
  }

  it('is remarked upon where somebody may believe a namespace to be closed that is open', () => {
    const remark = (text: string) => isolationOf(text, 'kubernetes').remark;
    assert.equal(remark('{"ingress":{"isolation":"DefaultDeny"}}'), undefined);
    assert.equal(remark('{}'), undefined);
    assert.match(
      remark('{"ingress":{"isolation":"defaultdeny"}}') ?? '',
      /^its isolation is "defaultdeny", not "DefaultDeny"/,
    );
    assert.match(remark('{"ingress":') ?? '', /^it is not the JSON of an object: Calico ignores it/);
    assert.match(remark('{"ingress":[]}') ?? '', /^its ingress is not an object/);
  });
});
