import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../cluster/ports.ts';
import { type JobResult, runJob } from '../job-process.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-usage-'));
});
after(() => rm(directory, { recursive: true }));

interface Run extends JobResult {
  readonly terminationMessage: string;
}

/** Runs a job without any cluster. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const terminationLog = join(directory, 'termination-log');
  await writeFile(terminationLog, '');
  const result = await runJob(args, {
    kubeconfig: '',
    env: { HOME: directory, CALICO_UPGRADE_TERMINATION_LOG: terminationLog, ...env },
  });
  return { ...result, terminationMessage: await readFile(terminationLog, 'utf8') };
}

describe('a command line that is wrong ends with exit code 2, what is wrong, and nothing tried', () => {
  const wrong: readonly [what: string, args: readonly string[], message: RegExp][] = [
    ['an unknown check', ['--force', 'datastore,luck'], /No check is named luck; the checks are: kubernetes/],
    ['an unknown option', ['--fast'], /unknown option '--fast'/],
    ['an unknown decision', ['--on-conflict', 'merge'], /Allowed choices are stop, keep, overwrite/],
    [
      'a target before 2.5',
      ['--target-version', 'v2.4.1'],
      /Expected a Calico release that reads these CRDs/,
    ],
    ['a target after 2.6', ['--target-version', '3.0.1'], /Expected a Calico release that reads these CRDs/],
    ['a switch that is neither on nor off', ['--dry-run=maybe'], /Expected true or false/],
    ['a time that is none', ['--request-timeout', '0'], /Expected a number of seconds above 0/],
    ['an unknown format', ['--log-format', 'xml'], /Allowed choices are text, json/],
    ['an argument too many', ['now'], /too many arguments/],
  ];
  for (const [what, args, message] of wrong) {
    it(what, async () => {
      const { exitCode, stdout, stderr, terminationMessage } = await run(['tpr-to-crd', ...args]);
      assert.equal(exitCode, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.match(terminationMessage, message);
      const json: unknown = JSON.parse(terminationMessage.split('\n')[1] ?? '');
      assert.deepEqual(json, {
        ...{ job: 'tpr-to-crd', outcome: 'usage', counts: {} },
        ...{ durationMs: 0, report: null },
      });
    });
  }

  it('a wrong variable, by its name', async () => {
    const { exitCode, stderr } = await run(['tpr-to-crd'], { CALICO_UPGRADE_ON_CONFLICT: 'merge' });
    assert.equal(exitCode, 2);
    assert.match(stderr, /CALICO_UPGRADE_ON_CONFLICT/);
  });

  it('an unknown job', async () => {
    const { exitCode, stderr } = await run(['tpr-to-crds']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /unknown command 'tpr-to-crds'/);
  });
});

describe('without a way to an API server a run ends with exit code 2', () => {
  it('where there is no kubeconfig and no service account', async () => {
    const { exitCode, sentence, terminationMessage } = await run(['tpr-to-crd']);
    assert.equal(exitCode, 2);
    assert.match(sentence, /^no kubeconfig and no service account found: set KUBECONFIG to a file/);
    assert.equal(terminationMessage.split('\n')[0], sentence);
  });

  it('where the kubeconfig cannot be read', async () => {
    const { exitCode, sentence } = await run(['tpr-to-crd'], { KUBECONFIG: join(directory, 'nowhere') });
    assert.equal(exitCode, 2);
    assert.match(sentence, /^cannot read the kubeconfig .*nowhere: ENOENT/);
  });

  it('where the kubeconfig is no YAML, and its token is not shown', async () => {
    const KUBECONFIG = join(directory, 'broken');
    await writeFile(KUBECONFIG, 'users:\n  - user: {token: s3cr3t\nclusters: []\n');
    const { exitCode, sentence, stdout, stderr } = await run(['tpr-to-crd'], { KUBECONFIG });
    assert.equal(exitCode, 2);
    assert.match(sentence, /^cannot read the kubeconfig .*broken: .* \(3:\d+\)$/);
    assert.doesNotMatch(stdout + stderr, /s3cr3t/);
  });

  it('where the address is not encrypted', async () => {
    const KUBECONFIG = await kubeconfig('http://10.0.0.1:8080');
    const { exitCode, sentence } = await run(['tpr-to-crd'], { KUBECONFIG });
    assert.equal(exitCode, 2);
    assert.match(sentence, /^http:\/\/10\.0\.0\.1:8080 is not encrypted/);
  });
});

describe('an API server that does not answer', () => {
  it('ends a run with exit code 1, when its time to try again is over', async () => {
    const server = `https://127.0.0.1:${await freePort()}`;
    const KUBECONFIG = await kubeconfig(server);
    const { exitCode, stdout, sentence, terminationMessage } = await run(
      ['tpr-to-crd', '--retry-timeout', '0.5'],
      { KUBECONFIG },
    );
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, /preflight {2}warning: GET \/version: .*; trying again in 0\.\d s \(attempt 1\)/);
    assert.match(
      sentence,
      /^GET \/.*ECONNREFUSED.* \(API server https.*Nothing is lost: start the job again/,
    );
    assert.ok(sentence.includes(server));
    assert.match(stdout, /report {5}warning: cannot write the report: /);
    assert.equal(terminationMessage.split('\n')[0], sentence);
  });
});

async function kubeconfig(server: string): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'none' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
