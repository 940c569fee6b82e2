import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Etcd3, Range } from 'etcd3';
import { type Bundle, buildBundle } from '../../bench/bundle.ts';
import { createAuthority } from '../../cluster/certs.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import { v2PutAll } from '../lib/etcd/v2-seed.ts';
import { compileCache } from '../program-main.ts';
import { FAULT_V1, READY } from './fault-data.ts';
import { type ProgramResult, runProgram } from './program.ts';

const PASSWORD = 'correct-horse-battery';
const WRONG = 'hunter2-hunter2';

/** Rights that are too few, and those that are enough, by user. */
const V3_ROLES: Readonly<Record<string, readonly (readonly ['Read' | 'Readwrite', string])[]>> = {
  nobody: [],
  reader: [['Read', '/calico']],
  'calico-only': [
    ['Readwrite', '/calico/'],
    ['Read', '/calico-upgrade/'],
  ],
  'not-between': [
    ['Readwrite', '/calico/'],
    ['Readwrite', '/calico-upgrade/'],
  ],
  migrator: [['Readwrite', '/calico']],
};

/** A watch of `/calico` needs the pattern without a slash. */
const V2_ROLES = {
  nobody: { read: [], write: [] },
  reader: { read: ['/calico*'], write: [] },
  migrator: { read: ['/calico*'], write: [READY] },
};

let bundle: Bundle;
before(async () => {
  bundle = await buildBundle();
});
after(() => bundle[Symbol.asyncDispose]());

/** Nothing that a run leaves behind has a password in it (F20). */
async function assertNoSecret({ stdout, stderr }: ProgramResult, reports: string): Promise<void> {
  const files = await readdir(reports).catch(() => []);
  const texts = await Promise.all(files.map(file => readFile(join(reports, file), 'utf8')));
  const basic = [PASSWORD, WRONG].map(secret => Buffer.from(`migrator:${secret}`).toString('base64'));
  for (const secret of [PASSWORD, WRONG, ...basic])
    for (const text of [stdout, stderr, ...texts]) assert.ok(!text.includes(secret), `a secret in: ${text}`);
}

/** A start with these settings; the reports go beside the data of etcd. */
async function start(etcd: Etcd, env: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const reports = join(etcd.directory, 'reports');
  const result = await runProgram(['etcd-v2-to-v3', 'start'], {
    ...{ endpoint: etcd.endpoint, main: bundle.main },
    env: {
      ...{ CALICO_UPGRADE_OUTPUT_DIR: reports, CALICO_UPGRADE_DRAIN_SECONDS: '0' },
      ...compileCache(etcd.directory),
      ...env,
    },
  });
  await assertNoSecret(result, reports);
  return result;
}

describe('an etcd with users', { timeout: 600_000 }, () => {
  let etcd: Etcd;
  const authorization = `Basic ${Buffer.from(`root:${PASSWORD}`).toString('base64')}`;

  before(async () => {
    etcd = await startEtcd();
    await v2PutAll(etcd.endpoint, Object.entries(FAULT_V1));
    await enableV2Users();
    await enableV3Users();
  });
  after(() => etcd.stop());

  async function enableV2Users(): Promise<void> {
    const put = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json', authorization };
      const request = { method: 'PUT', headers, body: JSON.stringify(body) };
      const response = await fetch(`${etcd.endpoint}/v2/auth/${path}`, request);
      assert.ok(response.ok, await response.text());
    };
    await put('users/root', { user: 'root', password: PASSWORD });
    for (const [name, kv] of Object.entries(V2_ROLES)) {
      await put(`roles/${name}`, { role: name, permissions: { kv } });
      await put(`users/${name}`, { user: name, password: PASSWORD, roles: [name] });
    }
    await put('enable', {});
    await put('roles/guest', { role: 'guest', revoke: { kv: { read: ['/*'], write: ['/*'] } } });
  }

  async function enableV3Users(): Promise<void> {
    const client = new Etcd3({ hosts: etcd.endpoint });
    await client.role('root').create();
    await (await client.user('root').create(PASSWORD)).addRole('root');
    for (const [name, grants] of Object.entries(V3_ROLES)) {
      const role = client.role(name);
      await role.create();
      for (const [permission, prefix] of grants)
        await role.grant({ permission, range: Range.prefix(prefix) });
      await (await client.user(name).create(PASSWORD)).addRole(role);
    }
    await client.auth.authEnable();
    client.close();
  }

  const v3Keys = async (): Promise<number> => {
    const client = new Etcd3({ hosts: etcd.endpoint, auth: { username: 'root', password: PASSWORD } });
    try {
      return (await client.getAll().keys()).length;
    } finally {
      client.close();
    }
  };

  const ready = async (): Promise<string> => {
    const response = await fetch(`${etcd.endpoint}/v2/keys${READY}`, { headers: { authorization } });
    return /"value":"(\w+)"/.exec(await response.text())?.[1] ?? '';
  };

  const as = (v2: string, v3: string, passwords: { readonly v2?: string; readonly v3?: string } = {}) => ({
    ...{ APIV1_ETCD_USERNAME: v2, APIV1_ETCD_PASSWORD: passwords.v2 ?? PASSWORD },
    ...{ ETCD_USERNAME: v3, ETCD_PASSWORD: passwords.v3 ?? PASSWORD },
  });

  const REFUSED: readonly (readonly [what: string, env: ReturnType<typeof as>, says: RegExp])[] = [
    [
      'no rights in etcd v2',
      as('nobody', 'migrator'),
      /^etcd http:.*: read of \/calico\/v1\/.* \(check user/,
    ],
    [
      'no rights in etcd v3',
      as('migrator', 'nobody'),
      /^etcd http:.*permission denied \(give the user a role/,
    ],
    [
      'only reads in etcd v3',
      as('migrator', 'reader'),
      /^etcd http:.*permission denied \(give the user a role/,
    ],
    [
      'no write of our own keys in v3',
      as('migrator', 'calico-only'),
      /^etcd http:.*permission denied \(give/,
    ],
    [
      'no read of all that is watched in v3',
      as('migrator', 'not-between'),
      /^etcd http:.*: read of \/calico failed: .*permission denied \(give/,
    ],
    [
      'a wrong password of etcd v2',
      as('migrator', 'migrator', { v2: WRONG }),
      /^etcd http:.* \(check user and/,
    ],
    [
      'a wrong password of etcd v3',
      as('migrator', 'migrator', { v3: WRONG }),
      /authentication failed.* \(check the/,
    ],
  ];
  for (const [what, env, says] of REFUSED) {
    test(`${what}: is refused with what to do, nothing is written`, async () => {
      const result = await start(etcd, env);
      assert.equal(result.exitCode, 3, result.stdout);
      assert.match(result.sentence, says);
      assert.equal(await v3Keys(), 0, result.stdout);
      assert.equal(await ready(), 'true');
    });
  }

  test('only reads in etcd v2: is refused, and Calico works on', async () => {
    const result = await start(etcd, as('reader', 'migrator'));
    assert.equal(result.exitCode, 3, result.stdout);
    assert.match(result.sentence, /^etcd http:.*: write of \/calico\/v1\/Ready failed: .* \(check user/);
    assert.equal(await ready(), 'true');
  });

  test('read of /calico* and write of Ready in v2, and the prefix /calico in v3, are enough', async () => {
    const result = await start(etcd, as('migrator', 'migrator'));
    assert.equal(result.exitCode, 0, result.stdout);
    assert.equal(await ready(), 'false');
  });
});

describe('an etcd with TLS', { timeout: 600_000 }, () => {
  let etcd: Etcd;
  before(async () => {
    etcd = await startEtcd({ tls: true });
  });
  after(() => etcd.stop());

  const TLS_OF = (name: string) => {
    const { ca, cert, key } = etcd.tls ?? assert.fail('no TLS');
    return { [`${name}CA_CERT_FILE`]: ca, [`${name}CERT_FILE`]: cert, [`${name}KEY_FILE`]: key };
  };

  test('a wrong CA: is refused with what to check', async () => {
    const other = await createAuthority(etcd.directory, 'other');
    for (const [right, wrong] of [
      ['APIV1_ETCD_', 'ETCD_'],
      ['ETCD_', 'APIV1_ETCD_'],
    ] as const) {
      const env = { ...TLS_OF(right), ...TLS_OF(wrong), [`${wrong}CA_CERT_FILE`]: other.cert };
      const result = await start(etcd, env);
      assert.equal(result.exitCode, 3, result.stdout);
      assert.match(result.sentence, /^etcd https:.* that the given CA did not sign: check the CA\)$/);
    }
  });

  test('a CA file that is not there: exit code 2, and its name', async () => {
    const env = { ...TLS_OF('APIV1_ETCD_'), ...TLS_OF('ETCD_'), ETCD_CA_CERT_FILE: '/nowhere/ca.pem' };
    const result = await start(etcd, env);
    assert.equal(result.exitCode, 2, result.stdout);
    assert.match(result.sentence, /cannot read the CA \/nowhere\/ca\.pem: ENOENT/);
  });
});
