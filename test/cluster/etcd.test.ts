import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { Etcd3 } from 'etcd3';
import { startEtcd } from './etcd.ts';
import { httpsClient } from './https.ts';

it('serves TLS only to clients with a certificate, in both APIs', async () => {
  await using etcd = await startEtcd({ tls: true });
  assert.match(etcd.endpoint, /^https:/);
  const tls = etcd.tls ?? assert.fail('no client certificate');
  const stranger = httpsClient(etcd.endpoint, tls.ca);
  await assert.rejects(stranger.get('/v2/keys/'));
  const client = httpsClient(etcd.endpoint, tls.ca, tls);
  assert.equal((await client.get('/v2/keys/')).status, 200);
  await Promise.all([stranger.close(), client.close()]);
  const etcd3 = new Etcd3({
    hosts: etcd.endpoint,
    credentials: {
      rootCertificate: readFileSync(tls.ca),
      privateKey: readFileSync(tls.key),
      certChain: readFileSync(tls.cert),
    },
  });
  await etcd3.put('key').value('value');
  assert.equal(await etcd3.get('key'), 'value');
  etcd3.close();
});
