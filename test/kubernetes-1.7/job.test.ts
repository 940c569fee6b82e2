import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../jobs/calico-install.ts';
import { backupNames, readContent } from '../jobs/content.ts';
import { changeEveryKind } from '../jobs/edit.ts';
import { useJobCluster } from '../jobs/job-cluster.ts';
import type { JobResult } from '../jobs/job-process.ts';
import { accountWith, manifestRights, type Right } from '../jobs/job-rights.ts';
import { makePodFiles } from '../jobs/pod-files.ts';
import { assertBackup, assertCopied, MIXED, seedRecording } from '../jobs/tpr-to-crd/recorded-run.ts';
import { requestText, unknownTo17 } from './known-requests.ts';
import { type OldServer, startOldServer } from './old-server.ts';

const ALL_CREATED = /copied and verified: \d+ created, 0 overwritten, 0 unchanged/;

describe('on an API server that behaves as Kubernetes 1.7.5 did', () => {
  const jobs = useJobCluster();
  let server: OldServer;
  let kubeconfig: string;

  const account = (rights: readonly Right[]) =>
    accountWith(jobs.cluster, jobs.client, rights, { server: server.url });
  const run = (...args: readonly string[]): Promise<JobResult> => jobs.run(args, { kubeconfig });

  before(async () => {
    const { cluster } = await jobs.ready;
    server = await startOldServer(cluster);
    kubeconfig = await account(manifestRights());
  });
  after(() => server?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    server.reset();
    await seedRecording(jobs.client, MIXED);
  });

  it('tpr-to-crd copies everything, and sends nothing that 1.7.5 does not know', async () => {
    await create(jobs.client, ...calicoDaemonSet());
    const pod = await makePodFiles(jobs.client, jobs.cluster.directory, 'as-1-7');
    const found = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd'], { kubeconfig, env: pod.env });
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, ALL_CREATED);
    assert.match(stdout, /preflight +Kubernetes v1\.7\.5\n/);
    assert.match(stdout, /preflight +Calico 2\.4\.1\n/);
    assert.doesNotMatch(stdout, /warning: cannot|trying again/);
    assertCopied(MIXED, found, await readContent(jobs.client));
    await assertBackup(jobs.client, MIXED);
    assert.deepEqual(
      (await pod.events()).map(({ message }) => message),
      [sentence],
    );
    assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);
    const sent = new Set(server.requests.map(requestText));
    for (const text of ['list daemonsets.extensions/v1beta1', 'patch nodes.v1', 'create events.v1'])
      assert.ok(sent.has(text), [...sent].join('\n'));
  });

  it('a second run finds everything unchanged, a third overwrites what was changed', async () => {
    assert.equal((await run('tpr-to-crd')).exitCode, 0);
    const copied = await readContent(jobs.client);
    const second = await run('tpr-to-crd');
    assert.match(
      second.sentence,
      /copied and verified: 0 created, 0 overwritten, \d+ unchanged;/,
      second.stdout,
    );
    assert.deepEqual(await readContent(jobs.client), copied);
    const changed = await changeEveryKind(jobs.client);
    const refused = await run('tpr-to-crd');
    assert.equal(refused.exitCode, 3, refused.stdout);
    const third = await run('tpr-to-crd', '--on-conflict', 'overwrite');
    assert.match(third.sentence, new RegExp(`0 created, ${changed} overwritten`), third.stdout);
    assertCopied(MIXED, copied, await readContent(jobs.client));
    assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);
  });

  it('copies where 1.7.5 creates an object of a new kind and answers 404 all the same', async () => {
    const answered: string[] = [];
    server.reset((request, answer) => {
      const isNew = request.method === 'POST' && request.path.startsWith('/apis/crd.projectcalico.org/');
      if (!isNew || answer.status !== 201 || answered.includes(request.path)) return answer;
      answered.push(request.path);
      const body = `404 page not found\n${JSON.stringify(answer.body)}\n`;
      return { status: 404, contentType: 'text/plain; charset=utf-8', body };
    });
    const found = await readContent(jobs.client);
    const { exitCode, stdout } = await run('tpr-to-crd');
    assert.equal(exitCode, 0, stdout);
    assert.equal(answered.length, 5);
    assertCopied(MIXED, found, await readContent(jobs.client));
  });

  it('shows what a server without access reviews answers in the middle of a run', async () => {
    const rights = manifestRights().filter(({ resource }) => resource !== 'bgppeers');
    const others = await account(rights);
    const { exitCode, sentence, stdout } = await jobs.run(['tpr-to-crd', '--force', 'permissions'], {
      kubeconfig: others,
    });
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /bgppeers: 403: User "system:serviceaccount:default:\S+" cannot list bgppeers\.crd\.projectcalico\.org at the cluster scope\.\. Grant the right/,
    );
  });

  it('a dry run writes nothing', async () => {
    const found = await readContent(jobs.client);
    const { exitCode, stdout } = await run('tpr-to-crd', '--dry-run');
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await readContent(jobs.client), found);
    const writes = server.requests.filter(({ method }) => method !== 'GET').map(requestText);
    assert.deepEqual([...new Set(writes)], ['create selfsubjectaccessreviews.authorization.k8s.io/v1']);
  });

  it('backup and restore carry the data through the loss of every instance', async () => {
    const admin = await account(EVERYTHING);
    const found = await readContent(jobs.client);
    const saved = await jobs.run(['backup'], { kubeconfig: admin });
    assert.equal(saved.exitCode, 0, saved.stdout);
    const [name = ''] = await backupNames(jobs.client);
    for (const { apiVersion = '', kind = '', metadata } of found.tprs) {
      if (kind === 'ThirdPartyResource') continue;
      const path = `/apis/${apiVersion}/namespaces/${metadata.namespace}/${pluralOf(kind)}/${metadata.name}`;
      await jobs.client.request({ method: 'DELETE', path });
    }
    const restored = await jobs.run(['restore', '--backup', name], { kubeconfig: admin });
    assert.equal(restored.exitCode, 0, restored.stdout);
    const after = await readContent(jobs.client);
    assert.deepEqual(after.tprs.map(specOf), found.tprs.map(specOf));
    assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);
  });
});

const EVERYTHING: readonly Right[] = [
  { namespace: undefined, group: '*', resource: '*', name: undefined, verb: '*' },
];

const pluralOf = (kind: string): string =>
  kind.endsWith('y') ? `${kind.toLowerCase().slice(0, -1)}ies` : `${kind.toLowerCase()}s`;

const specOf = ({ kind, metadata: { namespace, name, labels }, spec }: KubeObject) => ({
  kind,
  namespace,
  name,
  labels,
  spec: isRecord(spec) ? spec : {},
});
