import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { backupNames } from '../jobs/content.ts';
import type { JobResult } from '../jobs/job-process.ts';
import { accountWith, manifestRights } from '../jobs/job-rights.ts';
import { makePodFiles } from '../jobs/pod-files.ts';
import { contentOf, policyNames, readWorld } from '../jobs/policy-converter/seed-world.ts';
import { useConverter } from '../jobs/policy-converter/use-converter.ts';
import { requestText, unknownTo17 } from './known-requests.ts';
import { type OldServer, startOldServer } from './old-server.ts';

const CONVERTED = ['shop/db', 'shop/default-deny', 'shop/web', 'vault/default-deny'];

describe('on an API server that behaves as Kubernetes 1.7.5 did, policy-converter', () => {
  const { jobs } = useConverter();
  let server: OldServer;
  let kubeconfig: string;

  const convert = (...args: readonly string[]): Promise<JobResult> =>
    jobs.run(['policy-converter', ...args], { kubeconfig });

  const policies = async () => (await readWorld(jobs.client)).policies.map(contentOf);

  const assertKnown = (): void => assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);

  before(async () => {
    const { cluster, client } = await jobs.ready;
    server = await startOldServer(cluster);
    const rights = manifestRights('policy-conversion-job.yaml');
    kubeconfig = await accountWith(cluster, client, rights, { server: server.url });
  });
  after(() => server?.[Symbol.asyncDispose]());
  beforeEach(() => server.reset());

  it('converts with the rights of its manifest, and sends nothing that 1.7.5 does not know', async () => {
    const pod = await makePodFiles(jobs.client, jobs.cluster.directory, 'policies-as-1-7');
    const { exitCode, stdout, sentence } = await jobs.run(['policy-converter'], { kubeconfig, env: pod.env });
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /2 default-deny created, 3 NetworkPolicies deleted/);
    assert.match(stdout, /preflight +NetworkPolicies are served \(networking\.k8s\.io\/v1\)/);
    assert.doesNotMatch(stdout, /warning: cannot|trying again/);
    assert.deepEqual(policyNames(await readWorld(jobs.client)), CONVERTED);
    assert.deepEqual(
      (await pod.events()).map(({ message }) => message),
      [sentence],
    );
    assertKnown();
    const sent = new Set(server.requests.map(requestText));
    for (const text of [
      'list daemonsets.extensions/v1beta1',
      'list deployments.extensions/v1beta1',
      'create networkpolicies.networking.k8s.io/v1',
      'delete networkpolicies.networking.k8s.io/v1',
      'create events.v1',
    ])
      assert.ok(sent.has(text), [...sent].join('\n'));
  });

  it('--revert brings back what was there, and sends nothing that 1.7.5 does not know', async () => {
    const found = await policies();
    const converted = await convert();
    assert.equal(converted.exitCode, 0, converted.stdout);
    server.reset();
    const { exitCode, sentence, stdout } = await convert('--revert');
    assert.equal(exitCode, 0, stdout);
    assert.equal(sentence, 'reverted and verified: 3 NetworkPolicies brought back, 2 default-deny deleted');
    assert.deepEqual(await policies(), found);
    assertKnown();
  });

  it('finds its own work in a second run, and again after an upgrade of Kubernetes', async () => {
    assert.equal((await convert()).exitCode, 0);
    const converted = await readWorld(jobs.client);
    const backups = await backupNames(jobs.client);
    for (const again of [await convert(), await jobs.run(['policy-converter'])]) {
      assert.equal(again.exitCode, 0, again.stdout);
      assert.match(again.sentence, /^nothing to /, again.stdout);
      assert.deepEqual(await readWorld(jobs.client), converted);
      assert.deepEqual(await backupNames(jobs.client), backups);
    }
  });

  it('writes nothing in a dry run', async () => {
    const found = await readWorld(jobs.client);
    const { exitCode, stdout } = await convert('--dry-run');
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await readWorld(jobs.client), found);
    const writes = server.requests.filter(({ method }) => method !== 'GET').map(requestText);
    assert.deepEqual([...new Set(writes)], ['create selfsubjectaccessreviews.authorization.k8s.io/v1']);
  });
});
