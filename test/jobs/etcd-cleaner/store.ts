import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { parseRecord, RECORD_KEY } from '../../../jobs/lib/etcd/migration-record.ts';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import { type ProgramResult, startProgram } from '../etcd-v2-to-v3/program.ts';
import { seedV1, type V1Store, v1Store } from '../etcd-v2-to-v3/v1-store.ts';
import { type V3Store, v3Store } from '../etcd-v2-to-v3/v3-store.ts';
import { v2Put } from '../lib/etcd/v2-seed.ts';
import { FOREIGN_KEYS, MODEL_KEYS } from './data.ts';

/** A store of Calico 2.6 and one of Calico 3.0, both in one etcd. */
export interface CleanerLane {
  readonly etcd: Etcd;
  readonly v1: V1Store;
  readonly v3: V3Store;
  /** Where backups and reports of this test go. */
  readonly directory: string;
  /** Starts a command. `v1` is the endpoint of a proxy before the v2 API. */
  start(args: readonly string[], v1?: string): ReturnType<typeof startProgram>;
  /** Runs a command to its end. */
  run(args: readonly string[], v1?: string): Promise<ProgramResult>;
  /** The same, for a command that must succeed. */
  succeed(args: readonly string[], v1?: string): Promise<ProgramResult>;
  /** The same in a pod, which is told so by its environment. */
  inPod(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ProgramResult>;
  /** `etcd-cleaner v1` that deletes, with backups in the directory. */
  readonly cleanV1: readonly string[];
  /** Puts the data of Calico 2.6 and of others into etcd v2. */
  seed(): Promise<void>;
  /** Both stores as they are after `start` and `complete`. */
  complete(): Promise<void>;
}

export const START = ['etcd-v2-to-v3', 'start', '--drain-seconds', '0'];

/** One etcd for a file of tests, empty at the start of each. */
export function useCleanerLane(): CleanerLane {
  let [etcd, v1, v3, directory, bundle]: [Etcd?, V1Store?, V3Store?, string?, Bundle?] = [];
  let completed: Completed | undefined;
  const lane: CleanerLane = {
    get etcd() {
      return etcd ?? assert.fail('not started');
    },
    get v1() {
      return v1 ?? assert.fail('not started');
    },
    get v3() {
      return v3 ?? assert.fail('not started');
    },
    get directory() {
      return directory ?? assert.fail('not started');
    },
    get cleanV1() {
      const backup = join(lane.directory, 'backups');
      return ['etcd-cleaner', 'v1', '--confirm', '--watch-seconds', '0', '--backup', backup];
    },
    start(args, v1Endpoint) {
      const { main } = bundle ?? assert.fail('not started');
      const env = v1Endpoint === undefined ? {} : { APIV1_ETCD_ENDPOINTS: v1Endpoint };
      const all = [...args, '--output-dir', lane.directory];
      return startProgram(all, { endpoint: lane.etcd.endpoint, main, env });
    },
    run: (args, v1Endpoint) => lane.start(args, v1Endpoint).result,
    inPod(args, env) {
      const { main } = bundle ?? assert.fail('not started');
      return startProgram(args, { endpoint: lane.etcd.endpoint, main, env }).result;
    },
    async succeed(args, v1Endpoint) {
      const result = await lane.run(args, v1Endpoint);
      assert.equal(result.exitCode, 0, result.stdout + result.stderr);
      return result;
    },
    seed: () => seedV1(lane.v1, { ...MODEL_KEYS, ...FOREIGN_KEYS }),
    async complete() {
      completed ??= await completeOnce(lane);
      await putBack(lane, completed);
    },
  };
  before(async () => {
    bundle = await buildBundle();
    etcd = await startEtcd();
    v1 = v1Store(etcd.endpoint);
    v3 = v3Store(etcd.endpoint);
  });
  beforeEach(async () => {
    await lane.v1.remove('/calico');
    await lane.v3.removeAll();
    directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-cleaner-'));
  });
  afterEach(() => rm(lane.directory, { recursive: true }));
  after(async () => {
    v3?.[Symbol.dispose]();
    await etcd?.stop();
    await bundle?.[Symbol.asyncDispose]();
  });
  return lane;
}

interface Completed {
  readonly v1: Readonly<Record<string, string>>;
  readonly v3: Readonly<Record<string, string>>;
}

/** The real migration takes seconds, so that it runs once for a file. */
async function completeOnce(lane: CleanerLane): Promise<Completed> {
  await lane.seed();
  await lane.succeed(START);
  await lane.succeed(['etcd-v2-to-v3', 'complete']);
  return { v1: await lane.v1.dump(), v3: await lane.v3.dump() };
}

/** The same content, and a record whose index lies after it. */
async function putBack({ v1, v3, etcd }: CleanerLane, completed: Completed): Promise<void> {
  await v1.remove('/calico');
  await seedV1(v1, completed.v1);
  const sourceIndex = await v2Put(etcd.endpoint, '/calico/v1/Ready', { value: 'false' });
  await v3.removeAll();
  for (const [key, value] of Object.entries(completed.v3)) await v3.put(key, value);
  const record = parseRecord(completed.v3[RECORD_KEY] ?? '');
  await v3.put(RECORD_KEY, JSON.stringify({ ...record, sourceIndex }));
}

/** The backup that a result tells to restore from. */
export const backupOf = ({ sentence }: ProgramResult): string =>
  /restore --backup (\S+)/.exec(sentence)?.[1] ?? assert.fail(sentence);
