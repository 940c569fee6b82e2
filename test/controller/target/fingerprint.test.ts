import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { templateFingerprint, withFingerprint } from '../../../controller/target/fingerprint.ts';
import { REVISION_ANNOTATION } from '../../../jobs/lib/calico/upgrade/annotations.ts';
import { type Fields, fieldsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { hostedKdd } from '../hosted/kdd.ts';

const { daemonSet, configMap } = hostedKdd('2.4.1');
const template = fieldsOf(fieldsOf(daemonSet.spec).template);
const data = fieldsOf(configMap.data);
const print = templateFingerprint(template, data);

/** The same with the keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, reversed(inner)]);
  return Object.fromEntries(entries.reverse());
}

test('a fingerprint is short, and the same for the same template and settings', () => {
  assert.match(print, /^[0-9a-f]{16}$/);
  assert.equal(templateFingerprint(fieldsOf(reversed(template)), fieldsOf(reversed(data))), print);
});

test('a change of the template or of calico-config alone changes it', () => {
  assert.notEqual(templateFingerprint({ ...template, spec: {} }, data), print);
  assert.notEqual(templateFingerprint(template, { ...data, cni_network_config: '{}' }), print);
  assert.notEqual(templateFingerprint(template, {}), print);
});

test('the annotation that holds it does not count', () => {
  const once = withFingerprint(template, data);
  assert.equal(fieldsOf(fieldsOf(once.metadata).annotations)[REVISION_ANNOTATION], print);
  assert.deepEqual(withFingerprint(once, data), once);
});

test('what API servers leave out does not count: null, and empty texts, lists and objects', () => {
  const noted: Fields = { ...template, status: null, extra: { list: [], text: '', deep: { none: {} } } };
  assert.equal(templateFingerprint(noted, data), print);
});

test('no order of keys and no two settings are mixed up', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ minLength: 1 })), settings => {
      const turned = Object.fromEntries(Object.entries(settings).reverse());
      assert.equal(templateFingerprint(template, turned), templateFingerprint(template, settings));
      assert.notEqual(
        templateFingerprint(template, { ...settings, own: 'x' }),
        templateFingerprint(template, { ...settings, own: 'y' }),
      );
    }),
  );
});
