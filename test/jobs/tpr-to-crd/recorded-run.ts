import assert from 'node:assert/strict';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { crdName, ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import { seedNodes, seedObjects } from '../../cluster/seed.ts';
import { type Content, onlyBackup } from '../content.ts';
import type { JobResult } from '../job-process.ts';
import { BACKUP_DIFFERENCES } from '../lib/calico/backup-differences.ts';
import { GOLDEN_DIFFERENCES } from '../lib/calico/golden-differences.ts';
import { recordedDifferences } from '../lib/calico/recorded-outcome.ts';
import { type Recording, readRecordings } from '../lib/calico/recordings.ts';
import { CRDS } from '../resources.ts';

const recordings = readRecordings();

export function recordingNamed(wanted: string): Recording {
  const found = recordings.find(({ name }) => name === wanted);
  if (!found) throw new Error(`no recording ${wanted}`);
  return found;
}

/** A cluster with objects of all kinds and Nodes with peers of their own, one of them IPv6. */
export const MIXED = recordingNamed('007-full-mixed-cluster');

/** Brings an empty cluster into the state in which the official job found it. */
export async function seedRecording(client: KubeClient, recording: Recording): Promise<void> {
  const { tprs, before = [], nodes = [], crdDefinitionsBefore = [] } = recording;
  const kinds = TPR_KINDS.filter(({ crd }) => crdDefinitionsBefore.includes(crdName(crd)));
  const signal = AbortSignal.timeout(30_000);
  await Promise.all(kinds.map(({ crd }) => ensureCrd(client, CRDS, crd, signal)));
  await seedObjects(client, [...tprs, ...before]);
  await seedNodes(client, nodes);
}

/** Asserts that the cluster holds what the official job left, but for the known differences, and its old data. */
export function assertCopied(recording: Recording, before: Content, after: Content): void {
  const expected = GOLDEN_DIFFERENCES[recording.name]?.differs ?? [];
  assert.deepEqual(recordedDifferences(recording, after.crdObjects, after.nodes), expected);
  assert.deepEqual(
    after.crds.map(({ metadata }) => metadata.name).sort(),
    TPR_KINDS.map(({ crd }) => crdName(crd)).sort(),
  );
  assert.deepEqual(after.tprs, before.tprs);
}

/** Asserts that a run was refused because of all of these objects, and wrote nothing but its report. */
export function assertRefused(
  result: JobResult,
  reasons: readonly string[],
  before: Content,
  after: Content,
): void {
  assert.equal(result.exitCode, 3, result.stdout);
  assert.match(result.sentence, /^nothing was written: /);
  const errors = [...result.stdout.matchAll(/^\S+ {2}plan +error: (.*)$/gm)].map(([, text = '']) => text);
  const unnamed = reasons.filter(reason => !errors.some(error => error.startsWith(`${reason}: `)));
  assert.deepEqual(unnamed, [], result.stdout);
  const surplus = errors.filter(error => !reasons.some(reason => error.startsWith(`${reason}: `)));
  assert.deepEqual(surplus, []);
  assert.deepEqual(after, before);
}

/** Asserts that the only backup equals the recorded output of the documented commands. */
export async function assertBackup(client: KubeClient, recording: Recording): Promise<void> {
  const files = await onlyBackup(client);
  for (const [name, recorded] of Object.entries(recording.backups)) {
    const ours = files?.get(name) ?? '';
    assert.equal(timeless(ours), timeless(BACKUP_DIFFERENCES[recording.name]?.[name] ?? recorded), name);
  }
}

/** A backup file without what is different in each run: times, uids and versions. */
const timeless = (text: string): string =>
  text
    .replace(/^( {4}creationTimestamp): .*$/gm, '$1: TIME')
    .replace(/^( {4}uid): .*$/gm, '$1: UID')
    .replace(/^( {4}resourceVersion): "\d+"$/gm, '$1: "VERSION"');
