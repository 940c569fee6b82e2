import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { convertAll } from '../../../jobs/lib/calico/v1/convert-all.ts';
import { reportTexts } from '../../../jobs/lib/calico/v1/reports.ts';
import { storedText } from '../../../jobs/lib/calico/v3/storage.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import { differenceRows } from '../lib/calico/difference-rows.ts';
import { GOLDEN_DIFFERENCES } from '../lib/calico/v1/golden-differences.ts';
import { listedKeys, type Recording, readRecordings } from '../lib/calico/v1/recordings.ts';
import { runProgram } from './program.ts';
import { COMMAND_DIFFERENCES } from './recorded-commands.ts';
import { seedV1, v1Store } from './v1-store.ts';
import { comparable, v3Store, withoutOwn } from './v3-store.ts';

/** Several at a time: most of a command's time is its start. */
const LANES = 3;

const READY = '/calico/v1/Ready';

/** What a recording left, by our program. */
interface Outcome {
  readonly exitCodes: readonly (number | null)[];
  readonly v3: Readonly<Record<string, unknown>>;
  readonly ready: string | null;
  /** The v1 data but for Ready. */
  readonly v1: Readonly<Record<string, string>>;
  /** Lines of the reports of the last dry run or start. */
  readonly reports: Readonly<Record<string, readonly string[]>>;
  readonly output: string;
}

/** What our conversion of the v1 data is, which is compared with the recordings elsewhere. */
function conversionOf(recording: Recording) {
  const conversion = convertAll(listedKeys(recording));
  const identity = { uid: '', creationTimestamp: '' };
  const texts = conversion.entries.map(({ key, value }) => [key, storedText(value, identity)]);
  return {
    refused: conversion.problems.length + conversion.clashes.length > 0,
    v3: comparable(Object.fromEntries(texts)),
    reports: reportTexts(conversion),
  };
}

const isAnswer = (command: string): boolean => /^(needed|inprogress)/.test(command);

/** Our exit code for a command: those of the original, but 3 for a refusal. */
function expectedExit(recording: Recording, index: number): number | null {
  const step = recording.expect.steps[index];
  assert.ok(step);
  if (isAnswer(step.command)) return step.exitCode;
  if (/^(version-|pause-failed|v3-not-empty)/.test(step.outcome)) return 3;
  if (/^(dry-run|start)/.test(step.command)) return conversionOf(recording).refused ? 3 : 0;
  return step.exitCode === 0 ? 0 : 3;
}

function beforeOf({ v3Before = {} }: Recording): Readonly<Record<string, unknown>> {
  const texts = Object.entries(v3Before).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return comparable(Object.fromEntries(texts));
}

/** What is to be stored at the end. */
function expectedV3(recording: Recording, exitCodes: readonly (number | null)[]) {
  const kind =
    COMMAND_DIFFERENCES[recording.name]?.v3 ?? (GOLDEN_DIFFERENCES[recording.name] ? 'ours' : 'recorded');
  const started = recording.commands.some((command, i) => command.startsWith('start') && exitCodes[i] === 0);
  const converted = { ...beforeOf(recording), ...conversionOf(recording).v3 };
  if (kind === 'recorded') return recording.expect.v3;
  if (kind === 'before') return beforeOf(recording);
  return kind === 'converted' || started ? converted : beforeOf(recording);
}

function expectedReady(recording: Recording, exitCodes: readonly (number | null)[]): string | null {
  const known = COMMAND_DIFFERENCES[recording.name];
  if (known) return known.ready;
  if (!GOLDEN_DIFFERENCES[recording.name]) return recording.expect.readyV1;
  return exitCodes.at(-1) === 0 ? 'false' : 'true';
}

async function replay(recording: Recording, etcd: Etcd, bundle: Bundle): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-recording-'));
  const store = v1Store(etcd.endpoint);
  using v3 = v3Store(etcd.endpoint);
  try {
    await store.remove('/calico');
    await v3.removeAll();
    await seedV1(store, recording.v1);
    for (const [key, value] of Object.entries(recording.v3Before ?? {})) {
      await v3.put(key, typeof value === 'string' ? value : JSON.stringify(value));
    }
    const exitCodes: (number | null)[] = [];
    let output = '';
    for (const command of recording.commands) {
      const args = ['etcd-v2-to-v3', ...command.split(' ')];
      const env = { CALICO_UPGRADE_DRAIN_SECONDS: '0', CALICO_UPGRADE_OUTPUT_DIR: directory };
      const result = await runProgram(args, { endpoint: etcd.endpoint, env, main: bundle.main });
      exitCodes.push(result.exitCode);
      output += `${result.stdout}${result.stderr}`;
    }
    const { [READY]: ready = null, ...v1 } = await store.dump();
    const stored = comparable(withoutOwn(await v3.dump()));
    return { exitCodes, v3: stored, ready, v1, reports: await readReports(directory), output };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function readReports(directory: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const reports: Record<string, readonly string[]> = {};
  for (const name of ['convertednames', 'nameclashes', 'conversionerrors', 'validationerrors']) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => undefined);
    if (text !== undefined) reports[name] = text.split('\n').filter(Boolean).sort();
  }
  return reports;
}

/** The reports that the original wrote are compared elsewhere; here, that the program writes what was compared. */
function expectedReports(recording: Recording): Readonly<Record<string, readonly string[]>> {
  const texts = Object.entries(conversionOf(recording).reports).filter(([, text]) => text !== '');
  return Object.fromEntries(texts.map(([name, text]) => [name, text.split('\n').filter(Boolean).sort()]));
}

const recordings = readRecordings();

describe('the commands of the recordings, by our program on a real etcd', { concurrency: LANES }, () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await buildBundle();
  });
  after(() => bundle[Symbol.asyncDispose]());

  for (let lane = 0; lane < LANES; lane += 1) {
    describe(`lane ${lane + 1}`, { concurrency: 1 }, () => {
      let etcd: Etcd;
      before(async () => {
        etcd = await startEtcd();
      });
      after(() => etcd.stop());

      for (const recording of recordings.filter((_, i) => i % LANES === lane)) {
        it(recording.name, async () => {
          const { exitCodes, v3, ready, v1, reports, output } = await replay(recording, etcd, bundle);
          const expected =
            COMMAND_DIFFERENCES[recording.name]?.exitCodes ??
            recording.commands.map((_, i) => expectedExit(recording, i));
          assert.deepEqual(exitCodes, expected, output);
          assert.deepEqual(v3, expectedV3(recording, exitCodes));
          assert.equal(ready, expectedReady(recording, exitCodes));
          const { [READY]: _ready, ...listed } = Object.fromEntries(listedKeys(recording));
          const withDirectories = Object.keys(v1).filter(key => !key.endsWith('/'));
          assert.deepEqual(
            Object.fromEntries(withDirectories.map(key => [key, v1[key]])),
            Object.fromEntries(Object.entries(listed).filter(([key]) => !key.endsWith('/'))),
          );
          const told = recording.expect.steps
            .filter(({ command }) => /^(dry-run|start)/.test(command))
            .at(-1);
          if (
            told &&
            !/^(version-|pause-failed)/.test(told.outcome) &&
            !COMMAND_DIFFERENCES[recording.name]
          ) {
            assert.deepEqual(reports, expectedReports(recording));
          }
          assert.doesNotMatch(output, /\n {4}at /, 'a stack trace');
        });
      }
    });
  }
});

describe('test/golden-differences.md', () => {
  it('lists the recordings whose commands end otherwise', () => {
    const expected = Object.entries(COMMAND_DIFFERENCES).map(
      ([name, { rows, what }]) => `| ${name} | ${rows.join(', ')} | ${what} |`,
    );
    assert.deepEqual(differenceRows('etcd-v2-to-v3, the commands'), expected);
  });
});
