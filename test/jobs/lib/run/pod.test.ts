import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Outcome } from '../../../../jobs/lib/run/failure.ts';
import {
  type PodFacts,
  podFacts,
  readFinalOutcome,
  rememberFinalOutcome,
} from '../../../../jobs/lib/run/pod.ts';
import type { Report } from '../../../../jobs/lib/run/report.ts';

const REPORT: Report = {
  job: 'tpr-to-crd',
  outcome: 'refused',
  sentence: 'nothing was written',
  counts: { found: 1 },
  startedAt: '2026-11-20T10:00:00.000Z',
  durationMs: 5,
  dryRun: false,
  reasons: ['IpPool kube-system/a: no'],
  details: {},
};

describe('what a pod tells its job', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-pod-'));
  });
  after(() => rm(directory, { recursive: true }));

  const podWith = (stateDir: string | undefined): PodFacts => ({
    jobName: undefined,
    jobUid: undefined,
    terminationLog: '',
    stateDir,
  });

  test('comes from the file of its labels and from variables', async () => {
    const labels = join(directory, 'labels');
    await writeFile(
      labels,
      'app="calico=\\"x\\""\ncontroller-uid="36ca-1"\njob-name="calico-upgrade-v2.5"\n',
    );
    const env = {
      CALICO_UPGRADE_POD_LABELS: labels,
      CALICO_UPGRADE_TERMINATION_LOG: '/log',
      CALICO_UPGRADE_STATE_DIR: '/state',
    };
    assert.deepEqual(await podFacts(env), {
      jobName: 'calico-upgrade-v2.5',
      jobUid: '36ca-1',
      terminationLog: '/log',
      stateDir: '/state',
    });
  });

  test('is nothing outside a cluster, or where the file is missing', async () => {
    const nothing = { ...podWith(undefined), terminationLog: '/dev/termination-log' };
    assert.deepEqual(await podFacts({}), nothing);
    assert.deepEqual(await podFacts({ CALICO_UPGRADE_POD_LABELS: join(directory, 'none') }), nothing);
  });

  test('a final outcome is remembered for the next container, one that may pass is not', async () => {
    const final: readonly Outcome[] = ['refused', 'usage', 'different'];
    for (const outcome of [...final, 'failed', 'done'] as const) {
      const pod = podWith(join(directory, outcome, 'state'));
      assert.equal(await readFinalOutcome(pod), undefined);
      await rememberFinalOutcome(pod, { ...REPORT, outcome }, 'ConfigMap default/x');
      const { sentence, counts, durationMs, reasons: details } = REPORT;
      const remembered = { outcome, sentence, details, counts, durationMs, report: 'ConfigMap default/x' };
      assert.deepEqual(await readFinalOutcome(pod), final.includes(outcome) ? remembered : undefined);
    }
  });

  test('many reasons are cut, with a hint to the report', async () => {
    const pod = podWith(join(directory, 'many'));
    await rememberFinalOutcome(pod, { ...REPORT, reasons: Array(1_000).fill('x') }, undefined);
    const found = await readFinalOutcome(pod);
    assert.equal(found?.details.length, 201);
    assert.equal(found?.details.at(-1), 'and 800 more: the report has them all');
    assert.equal(found?.report, null);
  });

  test('a mark that somebody damaged counts as none', async () => {
    const pod = podWith(directory);
    for (const text of ['', '{', '{}', 'null', '{"outcome":"done"}']) {
      await writeFile(join(directory, 'final-outcome.json'), text);
      assert.equal(await readFinalOutcome(pod), undefined, text);
    }
    assert.equal(await readFinalOutcome(podWith(undefined)), undefined);
    await rememberFinalOutcome(podWith(undefined), REPORT, undefined);
  });
});
