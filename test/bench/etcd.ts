import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd3 } from 'etcd3';
import { load } from 'js-yaml';
import * as v from 'valibot';
import { startEtcd } from '../cluster/etcd.ts';
import { v2PutAll } from '../jobs/lib/etcd/v2-seed.ts';
import { v1Data } from './etcd-data.ts';
import { imageNodeFlags } from './image-node.ts';
import { runMeasured } from './measured-process.ts';

/** A `start` of one size, without the drain. */
export interface EtcdRun {
  readonly endpoints: number;
  readonly v1Keys: number;
  readonly v3Keys: number;
  /** From process start to its end. */
  readonly ms: number;
  /** How long Calico was paused before everything was verified. */
  readonly pauseMs: number;
  readonly peakMiB: number;
  /** A bare loop of batched puts of the same keys and values, to an etcd of its own. */
  readonly limitMs: number;
}

/** As many puts as etcd takes in a transaction. */
const BATCH = 128;

const reportSchema = v.object({ counts: v.looseObject({ pauseMs: v.number() }) });

/** Migrates `endpoints` workload endpoints, and writes the result once more with nothing around it. */
export async function measureEtcd(main: string, endpoints: number): Promise<EtcdRun> {
  await using etcd = await startEtcd();
  const data = v1Data(endpoints);
  await v2PutAll(etcd.endpoint, data);
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-bench-'));
  try {
    const args = [...imageNodeFlags(), main, 'etcd-v2-to-v3', 'start', '--drain-seconds', '0'];
    const { ms, peakMiB, exitCode, stdout } = await runMeasured(
      process.execPath,
      [...args, '--output-dir', directory],
      { APIV1_ETCD_ENDPOINTS: etcd.endpoint, ETCD_ENDPOINTS: etcd.endpoint },
    );
    if (exitCode !== 0)
      throw new Error(`etcd-v2-to-v3 start ended with ${exitCode}:\n${stdout.slice(-2000)}`);
    const text = await readFile(join(directory, 'report-etcd-v2-to-v3.yaml'), 'utf8');
    const { counts } = v.parse(reportSchema, load(text));
    const { limitMs, v3Keys } = await measureLimit(etcd.endpoint);
    return { endpoints, v1Keys: data.length, v3Keys, ms, pauseMs: counts.pauseMs, peakMiB, limitMs };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The limit: the same bytes, in full transactions, one after the other. */
async function measureLimit(endpoint: string): Promise<{ limitMs: number; v3Keys: number }> {
  const from = new Etcd3({ hosts: endpoint, grpcOptions: { 'grpc.max_receive_message_length': 1 << 30 } });
  const all = Object.entries(await from.getAll().prefix('/calico/').buffers());
  from.close();
  await using etcd = await startEtcd();
  const to = new Etcd3({ hosts: etcd.endpoint });
  try {
    await to.put('connected').value('');
    const start = performance.now();
    for (let i = 0; i < all.length; i += BATCH) {
      const puts = all
        .slice(i, i + BATCH)
        .map(([key, value]) => ({ request_put: { key: Buffer.from(key), value } }));
      await to.kv.txn({ success: puts });
    }
    return { limitMs: performance.now() - start, v3Keys: all.length };
  } finally {
    to.close();
  }
}
