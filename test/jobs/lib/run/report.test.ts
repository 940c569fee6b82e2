import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { load } from 'js-yaml';
import {
  type Report,
  reportConfigMap,
  reportYaml,
  writeReportFile,
} from '../../../../jobs/lib/run/report.ts';

const REPORT: Report = {
  job: 'tpr-to-crd',
  outcome: 'refused',
  sentence: 'nothing was written: 2 objects cannot be converted',
  counts: { found: 3, invalid: 2 },
  startedAt: '2026-11-20T10:00:00.000Z',
  durationMs: 12,
  dryRun: false,
  reasons: ['IpPool kube-system/a: spec.value: no', 'IpPool kube-system/b: "quoted": {no}'],
  details: { notes: ['multi\nline'], kinds: [{ kind: 'IpPool', found: 3 }], nothing: null },
};

/** The most that fits into a ConfigMap beside the list of backups. */
const LIMIT = 900 * 1024;

test('is YAML that reads back as the report', () => {
  assert.deepEqual(load(reportYaml(REPORT)), REPORT);
});

test('keeps a list that fits whole', () => {
  const reasons = Array.from({ length: 9_000 }, (_, n) => `IpPool kube-system/pool-${n}: not a network`);
  assert.deepEqual(load(reportYaml({ ...REPORT, reasons })), { ...REPORT, reasons });
});

test('cuts every list until it fits into a ConfigMap, and says how much is missing', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `${n} ${'ü'.repeat(60)}`);
  const [reasons, deep] = [lines(20_000), lines(5_000)];
  const text = reportYaml({ ...REPORT, reasons, details: { notes: { deep }, few: ['one'] } });
  assert.ok(Buffer.byteLength(text) <= LIMIT, `${Buffer.byteLength(text)} bytes`);
  const shown = Object(load(text));
  const kept = shown.reasons.length - 1;
  assert.ok(kept >= 1_024, `${kept} lines kept`);
  assert.deepEqual(shown.reasons.slice(0, -1), reasons.slice(0, kept));
  assert.equal(shown.reasons.at(-1), `and ${20_000 - kept} more`);
  assert.equal(shown.details.notes.deep.at(-1), `and ${5_000 - kept} more`);
  assert.deepEqual(shown.details.few, ['one']);
  assert.equal(shown.sentence, REPORT.sentence);
});

test('cuts long lines, too, down to none', () => {
  const reasons = Array.from({ length: 3 }, () => 'x'.repeat(600 * 1024));
  const text = reportYaml({ ...REPORT, reasons });
  assert.ok(Buffer.byteLength(text) <= LIMIT);
  assert.deepEqual(Object(load(text)).reasons, [reasons[0], 'and 2 more']);
  const huge = reportYaml({ ...REPORT, reasons: ['x'.repeat(2 * LIMIT)] });
  assert.deepEqual(Object(load(huge)).reasons, ['and 1 more']);
});

test('is named after its job, and carries our labels', () => {
  const { metadata, data } = reportConfigMap('upgrade', 'backup', { 'report.yaml': 'x' });
  assert.deepEqual(metadata, {
    name: 'calico-upgrade-report-backup',
    namespace: 'upgrade',
    labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade', 'calico-upgrade/job': 'backup' },
  });
  assert.deepEqual(data, { 'report.yaml': 'x' });
});

test('replaces the file of the last run in a directory that need not exist', async () => {
  const root = await mkdtemp(join(tmpdir(), 'calico-upgrade-report-'));
  try {
    const directory = join(root, 'new/reports');
    await writeReportFile(directory, REPORT);
    const path = await writeReportFile(directory, { ...REPORT, sentence: 'the second' });
    assert.equal(path, join(directory, 'report-tpr-to-crd.yaml'));
    assert.deepEqual(await readdir(directory), ['report-tpr-to-crd.yaml']);
    assert.equal(Object(load(await readFile(path, 'utf8'))).sentence, 'the second');
  } finally {
    await rm(root, { recursive: true });
  }
});
