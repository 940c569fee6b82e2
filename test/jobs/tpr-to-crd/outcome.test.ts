import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import type { Fault } from '../../faults/fault.ts';
import { parseReport, readBackups, readContent, readReport } from '../content.ts';
import { changeEveryKind, patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { type JobResult, startJob } from '../job-process.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { makePodFiles, type PodFiles } from '../pod-files.ts';
import { useProxy } from '../use-proxy.ts';
import { assertCopied, MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster(undefined, { keepCrds: true });
const proxied = useProxy(jobs);

const POOL = kindNamed('IpPool');
const SOME_POOL = { metadata: { name: '10-64-0-0-16', namespace: 'kube-system' } };

let pods = 0;
let pod: PodFiles;
beforeEach(async () => {
  await seedRecording(jobs.client, MIXED);
  pods += 1;
  pod = await makePodFiles(jobs.client, jobs.cluster.directory, `outcome-${pods}`);
});

/** Asserts that log, termination message, Event and report say the same, and returns the report. */
async function assertSaidEverywhere({ sentence, stdout }: JobResult, outcome: string) {
  const [first, json = '', ...rest] = (await pod.terminationMessage()).split('\n');
  assert.equal(first, sentence, stdout);
  assert.deepEqual(rest, []);
  const message: unknown = JSON.parse(json);
  assert.ok(isRecord(message));
  assert.deepEqual(Object.keys(message), ['job', 'outcome', 'counts', 'durationMs', 'report']);
  assert.equal(message.report, 'ConfigMap default/calico-upgrade-report-tpr-to-crd');

  const events = (await pod.events()).map(({ type, reason, message: text }) => ({ type, reason, text }));
  const type = outcome === 'done' ? 'Normal' : 'Warning';
  const reason = `${outcome[0]?.toUpperCase()}${outcome.slice(1)}`;
  assert.deepEqual(events, [{ type, reason, text: sentence }]);

  const report = await readReport(jobs.client);
  const { job, counts, durationMs } = message;
  assert.deepEqual(
    { ...report, startedAt: '', reasons: [], details: {} },
    { job, outcome, sentence, counts, startedAt: '', durationMs, dryRun: false, reasons: [], details: {} },
  );
  return report;
}

describe('the result is the same sentence in log, termination message, Event and report', () => {
  it('of a copy: exit code 0', async () => {
    const result = await jobs.run(['tpr-to-crd'], { env: pod.env });
    assert.equal(result.exitCode, 0, result.stdout);
    const { counts } = await assertSaidEverywhere(result, 'done');
    assert.ok(isRecord(counts));
    const { found, created, nodesChanged } = counts;
    assert.deepEqual({ found, created, nodesChanged }, { found: 17, created: 17, nodesChanged: 1 });
    assert.deepEqual(counts.IpPool, {
      ...{ found: 4, created: 4, overwritten: 0 },
      ...{ unchanged: 0, conflicts: 0, invalid: 0 },
    });
  });

  it('of a refusal: exit code 3', async () => {
    await patch(jobs.client, POOL.tpr, SOME_POOL, { spec: { value: '{' } });
    const result = await jobs.run(['tpr-to-crd'], { env: pod.env });
    assert.equal(result.exitCode, 3, result.stdout);
    const { reasons } = await assertSaidEverywhere(result, 'refused');
    assert.match(String(reasons), /^IpPool kube-system\/10-64-0-0-16: spec\.value: /);
  });

  it('of a difference: exit code 4', async () => {
    const spoil = () => changeEveryKind(jobs.client);
    const result = await proxied.run(['tpr-to-crd'], [onSecondRead(spoil)], pod.env);
    assert.equal(result.exitCode, 4, result.stdout);
    const { reasons } = await assertSaidEverywhere(result, 'different');
    assert.equal(Array.isArray(reasons) && reasons.length, 5);
  });

  it('of a failure that may pass: exit code 1', async () => {
    const broken: Fault = {
      match: { methods: ['POST'], path: /crd\.projectcalico\.org\/v1\/ippools/ },
      action: { do: 'status', code: 500 },
      times: 100,
    };
    const result = await proxied.run(['tpr-to-crd', '--retry-timeout', '1'], [broken], pod.env);
    assert.equal(result.exitCode, 1, result.stdout);
    assert.match(result.stdout, /apply {6}warning: POST .*; trying again in 0\.\d s \(attempt 1\)/);
    await assertSaidEverywhere(result, 'failed');
    assert.equal((await jobs.run(['tpr-to-crd'], { env: pod.env })).exitCode, 0, 'is tried again');
  });
});

/** Does something when all is written, before it is read back. */
const onSecondRead = (call: () => unknown): Fault => ({
  match: { methods: ['GET'], path: /^\/apis\/projectcalico\.org\/v1\/globalconfigs/ },
  at: 2,
  action: { do: 'call', when: 'before', call },
});

describe('a run that was refused', () => {
  it('is not tried again by the next container of its pod, which says the same', async () => {
    await patch(jobs.client, POOL.tpr, SOME_POOL, { spec: { value: '{' } });
    const first = await jobs.run(['tpr-to-crd'], { env: pod.env });
    const message = await pod.terminationMessage();
    await patch(jobs.client, POOL.tpr, SOME_POOL, { spec: { value: '{"cidr":"10.64.0.0/16"}' } });
    const found = await readContent(jobs.client);

    const again = await proxied.run(['tpr-to-crd'], [], pod.env);
    assert.equal(again.exitCode, 3, again.stdout);
    assert.ok(again.sentence.startsWith(`${first.sentence} (found by an earlier container of this pod`));
    assert.match(again.stdout, /report {5}error: IpPool kube-system\/10-64-0-0-16: spec\.value: /);
    const [sentence, json] = (await pod.terminationMessage()).split('\n');
    assert.equal(sentence, again.sentence);
    assert.equal(json, message.split('\n')[1]);
    assert.equal((await pod.events()).length, 1);
    assert.deepEqual(proxied.proxy.requests, []);
    assert.deepEqual(await readContent(jobs.client), found);
  });
});

describe('a run that is ended by SIGTERM', () => {
  it('says so at once, and the next one finishes it', async () => {
    const { client } = jobs;
    const found = await readContent(client);
    const { kubeconfig, proxy } = proxied;
    const { child, result } = startJob(['tpr-to-crd'], { kubeconfig, env: pod.env });
    proxy.reset();
    proxy.setFaults([
      {
        match: { methods: ['POST'], path: /crd\.projectcalico\.org\/v1\/bgppeers/ },
        action: { do: 'call', when: 'before', call: () => child.kill('SIGTERM') },
      },
    ]);
    const ended = await result;
    assert.equal(ended.exitCode, 1, ended.stdout);
    assert.match(
      ended.sentence,
      /^stopped by SIGTERM: what is done stays done, start the job again to go on$/,
    );
    const { counts } = await assertSaidEverywhere(ended, 'failed');
    assert.ok(isRecord(counts) && Number(counts.created) >= 14, JSON.stringify(counts));

    const next = await jobs.run(['tpr-to-crd'], { env: pod.env });
    assert.equal(next.exitCode, 0, next.stdout);
    assertCopied(MIXED, found, await readContent(client));
  });
});

describe('--output-dir', () => {
  it('takes the report and the list of backups, and the ConfigMap is not written', async () => {
    const directory = join(jobs.cluster.directory, 'reports/of-a-run');
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd', '--output-dir', directory]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await readdir(directory), ['backups.txt', 'report-tpr-to-crd.yaml']);
    const path = join(directory, 'report-tpr-to-crd.yaml');
    assert.ok(stdout.includes(`report: ${path}\n`));
    assert.equal(parseReport(await readFile(path, 'utf8')).sentence, sentence);
    await assert.rejects(readReport(jobs.client));
    const [backup] = await readBackups(jobs.client);
    const history = await readFile(join(directory, 'backups.txt'), 'utf8');
    assert.match(history, new RegExp(`^\\S+ ConfigMap default/${backup?.metadata.name}\n$`));
  });
});

describe('a dry run', () => {
  it('prints the plan and writes nothing: no object, no backup, no report, no Event', async () => {
    const found = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await proxied.run(['tpr-to-crd', '--dry-run'], [], pod.env);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^dry run: 17 to create, 0 to overwrite, 0 unchanged, 1 node to change$/);
    assert.match(stdout, /plan {7}IpPool → IPPool +4 +4 +0/);
    assert.equal((await pod.terminationMessage()).split('\n')[0], sentence);
    const written = proxied.proxy.requests
      .filter(({ method, path }) => method !== 'GET' && !path.includes('selfsubjectaccessreviews'))
      .map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(written, []);
    assert.deepEqual(await readContent(jobs.client), found);
  });
});

describe('the log', () => {
  it('has one JSON object a line with --log-format json, the last one with the result', async () => {
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', '--log-format', 'json'], { env: pod.env });
    assert.equal(exitCode, 0, stdout);
    const entries: unknown[] = stdout.trimEnd().split('\n').map(parseJson);
    const stages = new Set(entries.map(entry => (isRecord(entry) ? entry.stage : undefined)));
    assert.deepEqual([...stages], ['start', 'preflight', 'plan', 'backup', 'apply', 'verify', 'report']);
    const last = entries.at(-1);
    assert.ok(isRecord(last));
    const { time, ...others } = last;
    assert.ok(!Number.isNaN(Date.parse(String(time))));
    const [sentence] = (await pod.terminationMessage()).split('\n');
    assert.deepEqual(others, { level: 30, stage: 'report', msg: sentence });
  });

  it('has only what --log-level lets through, and the result in the other places all the same', async () => {
    const env = { ...pod.env, CALICO_UPGRADE_LOG_LEVEL: 'warn' };
    const { stdout } = await jobs.run(['tpr-to-crd'], { env });
    for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^\S+ {2}\S+ +warning: /);
    assert.match(await pod.terminationMessage(), /^copied and verified: 17 created/);
  });
});

const parseJson = (line: string): unknown => JSON.parse(line);
