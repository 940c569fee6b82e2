import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { defineTprs } from '../../cluster/seed.ts';
import { cleanCluster, deleteAll } from '../clean-cluster.ts';
import { type Content, readContent } from '../content.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { accountWith, manifestRights } from '../job-rights.ts';
import { GOLDEN_DIFFERENCES } from '../lib/calico/golden-differences.ts';
import { type Recording, readRecordings } from '../lib/calico/recordings.ts';
import { assertBackup, assertCopied, assertRefused, recordingNamed, seedRecording } from './recorded-run.ts';

const FLAGS = ['tpr-to-crd', '--on-conflict', 'overwrite', '--skip-invalid'];
const NO_FLAGS = ['tpr-to-crd'];

/** CRD objects that were there and are not what the official job wrote, or should not be there. */
const CONFLICTS: Readonly<Record<string, readonly string[]>> = {
  '107-before-extra-objects': ['GlobalFelixConfig clusterguid', 'IPPool 192-168-0-0-16'],
  '109-before-labelled-objects': ['GlobalFelixConfig logseverityscreen', 'IPPool 10-64-0-0-16'],
};

/** Recordings of single kinds begin with the CRDs of the one before: to define them takes most of a copy's time. */
const ABOUT_VALUES = /^\d+-(pool|peer|config|bgpconfig)/;

const recordings = readRecordings();

/** As many at a time as there are clusters: the smallest machine has two processors. */
const CLUSTERS = 2;

describe('what the official job was recorded to do, done by ours', { concurrency: CLUSTERS }, () => {
  const idle: JobCluster[] = [];
  before(async () => {
    idle.push(...(await Promise.all(Array.from({ length: CLUSTERS }, () => startJobCluster()))));
  });
  after(() => Promise.all(idle.map(cluster => cluster.stop())));

  const inCluster = async (name: string, test: (cluster: JobCluster) => Promise<void>) => {
    const cluster = idle.pop();
    assert.ok(cluster, 'more tests at a time than clusters');
    try {
      await cleanCluster(cluster.client, { keepCrds: ABOUT_VALUES.test(name) });
      await test(cluster);
    } finally {
      idle.push(cluster);
    }
  };

  for (const recording of recordings) {
    const known = GOLDEN_DIFFERENCES[recording.name];
    const reasons = [...(known?.refused ?? []), ...(CONFLICTS[recording.name] ?? [])];
    const what = reasons.length > 0 ? 'refused until told how to go on, then copied' : 'copied';
    it(`${recording.name}: ${what}`, () =>
      inCluster(recording.name, cluster => replay(cluster, recording, reasons)));
  }

  it('117-rights-no-globalconfigs: refused without that right', () =>
    inCluster('117-rights-no-globalconfigs', withoutRight));
});

async function replay(cluster: JobCluster, recording: Recording, reasons: readonly string[]): Promise<void> {
  const { client } = cluster;
  const noTprs = recording.name === '003-no-tprs-defined';
  if (noTprs) await deleteAll(client, THIRD_PARTY_RESOURCES);
  try {
    await seedRecording(client, recording);
    const found = await readContent(client);
    await run(cluster, recording, found, reasons);
    if (!noTprs) await compareBackup(cluster, recording);
  } finally {
    if (noTprs) await defineTprs(client);
  }
}

async function run(
  cluster: JobCluster,
  recording: Recording,
  found: Content,
  reasons: readonly string[],
): Promise<void> {
  const { client } = cluster;
  const options = recording.name.includes('-rights-')
    ? { kubeconfig: await accountWith(cluster.cluster, client, manifestRights()) }
    : {};
  const first = await cluster.run(NO_FLAGS, options);
  if (reasons.length > 0) {
    assertRefused(first, reasons, found, await readContent(client));
    const second = await cluster.run(FLAGS, options);
    assert.equal(second.exitCode, 0, second.stdout);
  } else {
    assert.equal(first.exitCode, 0, first.stdout);
  }
  const copied = await readContent(client);
  assertCopied(recording, found, copied);

  const again = await cluster.run(FLAGS, options);
  assert.equal(again.exitCode, 0, again.stdout);
  assert.deepEqual(await readContent(client), copied, 'a further run changes nothing');
}

/** Where nothing had to be copied there is no backup of the run: then that of the job `backup`. */
async function compareBackup({ client, run }: JobCluster, recording: Recording): Promise<void> {
  const { backups } = await readContent(client);
  if (backups.length === 0) {
    const { exitCode, stdout } = await run(['backup']);
    assert.equal(exitCode, 0, stdout);
  }
  await assertBackup(client, recording);
}

async function withoutRight({ cluster, client, run }: JobCluster): Promise<void> {
  await seedRecording(client, recordingNamed('117-rights-no-globalconfigs'));
  const found = await readContent(client);
  const rights = manifestRights().filter(
    ({ resource, group }) => resource !== 'globalconfigs' || group !== 'projectcalico.org',
  );
  const result = await run(NO_FLAGS, { kubeconfig: await accountWith(cluster, client, rights) });
  assert.equal(result.exitCode, 3);
  assert.match(result.sentence, /may not: list globalconfigs\.projectcalico\.org\. /);
  assert.deepEqual(await readContent(client), found);
}
