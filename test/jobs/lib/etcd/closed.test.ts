import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EtcdOptions } from '../../../../jobs/lib/etcd/options.ts';
import { connectEtcdV2 } from '../../../../jobs/lib/etcd/v2.ts';
import { connectEtcdV3 } from '../../../../jobs/lib/etcd/v3.ts';

const CLIENTS = {
  v2: (options: EtcdOptions) => {
    const client = connectEtcdV2(options);
    return { read: () => client.get('/x'), close: client[Symbol.dispose] };
  },
  v3: (options: EtcdOptions) => {
    const client = connectEtcdV3(options);
    return { read: () => client.revision('/x'), close: client.close };
  },
};

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`a client of etcd ${name} that is closed sends nothing again`, async () => {
    const retried = Promise.withResolvers<void>();
    let retries = 0;
    const onRetry = () => {
      retries += 1;
      retried.resolve();
    };
    const rest = { requestTimeoutMs: 5_000, retryTotalMs: 600_000 };
    const client = connect({ endpoints: ['http://127.0.0.1:1'], ...rest, onRetry });
    const reading = client.read();
    await retried.promise;
    client.close();
    await assert.rejects(reading, { reason: 'failed', message: /the connection was closed$/ });
    assert.equal(retries, 1);
  });
}
