import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  terminationMessage,
  usageMessage,
  writeTerminationMessage,
} from '../../../../jobs/lib/run/termination.ts';

/** What Kubernetes keeps of a message. */
const KEPT_BYTES = 4_096;

const report = {
  job: 'tpr-to-crd',
  outcome: 'refused' as const,
  counts: { found: 35, invalid: 1 },
  durationMs: 1_234,
};

test('is the sentence, then a line of JSON', () => {
  const message = terminationMessage({ ...report, sentence: 'nothing was written' }, 'ConfigMap default/x');
  const [sentence, json = '', ...rest] = message.split('\n');
  assert.equal(sentence, 'nothing was written');
  assert.deepEqual(JSON.parse(json), { ...report, report: 'ConfigMap default/x' });
  assert.deepEqual(rest, []);
});

test('says null where there is no report', () => {
  const message = terminationMessage({ ...report, sentence: 'x' }, undefined);
  assert.equal(JSON.parse(message.split('\n')[1] ?? '').report, null);
});

test('cuts a long sentence between characters, and keeps the JSON whole', () => {
  for (const character of ['x', 'é', '→', '𝄞']) {
    for (let shift = 0; shift < 4; shift += 1) {
      const sentence = 'a'.repeat(shift) + character.repeat(5_000);
      const message = terminationMessage({ ...report, sentence }, 'ConfigMap default/x');
      const bytes = Buffer.byteLength(message);
      assert.ok(bytes < KEPT_BYTES && bytes > 3_900, `${bytes} bytes of ${character}`);
      const [shown = '', json = ''] = message.split('\n');
      assert.match(shown, new RegExp(`^a*(${character})+ …$`, 'u'));
      assert.equal(JSON.parse(json).job, 'tpr-to-crd');
    }
  }
});

test('a message of wrong usage fits, too', () => {
  const message = usageMessage('tpr-to-crd', 'ö'.repeat(9_999));
  assert.ok(Buffer.byteLength(message) < KEPT_BYTES);
  const { job, outcome } = JSON.parse(message.split('\n')[1] ?? '');
  assert.deepEqual({ job, outcome }, { job: 'tpr-to-crd', outcome: 'usage' });
});

describe('writing it', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-termination-'));
  });
  after(() => rm(directory, { recursive: true }));

  test('replaces all that an earlier container wrote', async () => {
    const path = join(directory, 'log');
    await writeFile(path, 'a much longer message of before');
    await writeTerminationMessage(path, 'short');
    assert.equal(await readFile(path, 'utf8'), 'short');
  });

  test('makes no file where Kubernetes provides none', async () => {
    const path = join(directory, 'none');
    await writeTerminationMessage(path, 'x');
    await assert.rejects(readFile(path), { code: 'ENOENT' });
  });

  test('reports any other error', async () => {
    const path = join(directory, 'directory-mode');
    await writeFile(path, '');
    await chmod(path, 0o600);
    await assert.rejects(writeTerminationMessage(directory, 'x'), { code: 'EISDIR' });
  });
});
