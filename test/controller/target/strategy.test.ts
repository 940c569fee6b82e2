import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterRolling, strategyOf, whileRolling } from '../../../controller/target/strategy.ts';
import { hostedCanal, hostedKdd } from '../hosted/kdd.ts';

const { daemonSet: canal } = hostedCanal('1.7');
const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };

test('a DaemonSet is OnDelete while nodes are replaced, and gets back what it had', () => {
  const rolling = whileRolling(canal, ROLLING);
  assert.deepEqual(Object(rolling.spec).updateStrategy, { type: 'OnDelete' });
  assert.deepEqual(strategyOf(rolling), ROLLING);
  assert.deepEqual(afterRolling(rolling), { ...canal, metadata: { ...canal.metadata, annotations: {} } });
});

test('one that is OnDelete stays so, without a note', () => {
  const { daemonSet } = hostedKdd('2.4.1');
  const rolling = whileRolling(daemonSet, { type: 'OnDelete' });
  assert.deepEqual(rolling, { ...daemonSet, metadata: { ...daemonSet.metadata, annotations: {} } });
  assert.deepEqual(afterRolling(rolling), rolling);
});

test('a note that somebody spoiled counts for nothing', () => {
  const rolling = whileRolling(canal, ROLLING);
  for (const text of ['{', '[]', '"RollingUpdate"', '{}']) {
    const annotations = Object.fromEntries(
      Object.keys(rolling.metadata.annotations ?? {}).map(key => [key, text]),
    );
    const spoiled = { ...rolling, metadata: { ...rolling.metadata, annotations } };
    assert.deepEqual(strategyOf(spoiled), { type: 'OnDelete' });
  }
});
