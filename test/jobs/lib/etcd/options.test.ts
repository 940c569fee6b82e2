import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkedEndpoints,
  checkedUser,
  type EtcdOptions,
  loadTls,
} from '../../../../jobs/lib/etcd/options.ts';

const SECRET = 'MHcCAQEEIOsecretsecretsecret';
const base: EtcdOptions = { endpoints: ['https://10.0.0.1:2379'], requestTimeoutMs: 1000 };

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('etcd endpoints', () => {
  it('become scheme, host and port', () => {
    assert.deepEqual(checkedEndpoints([' http://etcd:2379/ ', 'https://[fd00::1]:2379', 'https://etcd']), [
      'http://etcd:2379',
      'https://[fd00::1]:2379',
      'https://etcd:443',
    ]);
  });

  for (const wrong of ['', 'etcd:2379', '10.0.0.1:2379', 'ftp://etcd', 'unix:///run/etcd', 'http://']) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => checkedEndpoints([wrong]), { outcome: 'usage', message: /endpoint 1 is no http/ });
    });
  }

  it('refuses none', () => {
    assert.throws(() => checkedEndpoints([]), { outcome: 'usage' });
  });

  it('refuses a user in the endpoint without repeating the password', () => {
    const message = messageOf(() => checkedEndpoints([`http://root:${SECRET}@etcd:2379`]));
    assert.match(message, /etcd:2379: give user and password as options/);
    assert.ok(!message.includes(SECRET));
  });
});

describe('etcd user', () => {
  it('needs a password', () => {
    assert.equal(checkedUser(base), undefined);
    assert.deepEqual(checkedUser({ ...base, user: 'u', password: 'p' }), { username: 'u', password: 'p' });
    assert.throws(() => checkedUser({ ...base, user: 'u' }), { outcome: 'usage' });
    assert.throws(() => checkedUser({ ...base, password: 'p' }), { outcome: 'usage' });
  });
});

describe('etcd TLS files', () => {
  it('default to the CAs that Node.js trusts', () => {
    assert.match(loadTls(base).rootCertificate.toString(), /BEGIN CERTIFICATE/);
  });

  it('must be there', () => {
    assert.throws(() => loadTls({ ...base, ca: '/nowhere/ca.crt' }), {
      outcome: 'usage',
      message: 'etcd: cannot read the CA /nowhere/ca.crt: ENOENT',
    });
  });

  it('must be PEM', () => {
    assert.throws(() => loadTls({ ...base, ca: '/etc/hostname' }), {
      message: 'etcd: the CA /etc/hostname is not PEM',
    });
  });

  it('need certificate and key together', () => {
    assert.throws(() => loadTls({ ...base, cert: '/c.crt' }), { outcome: 'usage', message: /both client/ });
  });

  it('never show a key', () => {
    const pem = `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----\n`;
    for (const key of [pem, SECRET.repeat(5), `${SECRET}\n${SECRET}`]) {
      const message = messageOf(() => loadTls({ ...base, cert: pem, key }));
      assert.match(message, /^etcd: /);
      assert.ok(!message.includes(SECRET), message);
    }
  });
});
