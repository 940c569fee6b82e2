import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { connectEtcdV2 } from '../../../../jobs/lib/etcd/v2.ts';
import { type Etcd, startEtcd } from '../../../cluster/etcd.ts';
import { startProxy } from './proxy.ts';
import { v2PutAll } from './v2-seed.ts';

const HOSTS = 500;
const KEYS_OF_A_HOST = 200;
const VALUE = 'x'.repeat(500);

/** A tree with few wide levels, as programs make it: many small subtrees, and one directory of many small keys. */
function* tree(): Generator<readonly [string, string]> {
  for (let host = 0; host < HOSTS; host += 1) {
    yield [`/large/bgp/host-${host}/ip`, '10.0.0.1'];
    for (let i = 0; i < KEYS_OF_A_HOST; i += 1) yield [`/large/v1/host/host-${host}/load/w${i}/x`, VALUE];
  }
}

describe('100,000 keys of etcd v2', () => {
  let etcd: Etcd;
  before(async () => {
    etcd = await startEtcd({ flags: ['--snapshot-count=1000000'] });
    await v2PutAll(etcd.endpoint, [...tree()]);
  });
  after(() => etcd.stop());

  it('are read in a heap that could not hold half of them', async () => {
    const program = join(import.meta.dirname, 'read-tree-child.ts');
    const heap = '--max-old-space-size=32';
    const { stdout } = await promisify(execFile)(process.execPath, [heap, program, etcd.endpoint, '/large']);
    const { count, bytes }: { count: number; bytes: number } = JSON.parse(stdout);
    assert.equal(count, HOSTS * (KEYS_OF_A_HOST + 1));
    assert.ok(bytes > 50_000_000, `${bytes}`);
  });

  it('are read with a request for each host, and one for all that are small', async () => {
    await using proxy = await startProxy(etcd.endpoint);
    using client = connectEtcdV2({ endpoints: [proxy.endpoint], requestTimeoutMs: 20_000 });
    let batches = 0;
    let largest = 0;
    for await (const nodes of client.readTree('/large')) {
      batches += 1;
      largest = Math.max(largest, nodes.length);
    }
    assert.equal(batches, HOSTS + 1);
    assert.equal(largest, HOSTS);
    assert.ok(proxy.connections <= 8, `${proxy.connections} connections`);
  });
});
