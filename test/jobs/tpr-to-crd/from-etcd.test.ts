import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { readTprBackup } from '../../../jobs/lib/calico/tpr-backup.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { freePort } from '../../cluster/ports.ts';
import { seedNodes } from '../../cluster/seed.ts';
import { onlyBackup, readContent, readCrdObjects } from '../content.ts';
import { useJobCluster } from '../job-cluster.ts';
import { GOLDEN_DIFFERENCES } from '../lib/calico/golden-differences.ts';
import { recordedDifferences } from '../lib/calico/recorded-outcome.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { makePodFiles } from '../pod-files.ts';
import { PASSWORD, useOldEtcds } from './old-etcds.ts';
import { MIXED } from './recorded-run.ts';

// Without the endpoint of ThirdPartyResources, as Kubernetes 1.8 and later are.
const jobs = useJobCluster({});
const old = useOldEtcds();

function fromSecured(files: { readonly cert?: string; readonly key?: string; readonly ca?: string } = {}) {
  const { endpoint, tls } = old.etcds.secured;
  const { ca, cert, key } = { ...tls, ...files };
  return ['--from-etcd', endpoint, '--etcd-ca', ca, '--etcd-cert', cert, '--etcd-key', key];
}

function fromLocked(user = 'reader') {
  const { endpoint, passwordFile } = old.etcds.locked;
  return ['--from-etcd', endpoint, '--etcd-user', user, '--etcd-password-file', passwordFile];
}

/** Runs a copy that must succeed and leave both etcds as they are. */
async function copy(args: readonly string[]): Promise<string> {
  const before = await old.etcds.revisions();
  const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd', ...args]);
  assert.equal(exitCode, 0, stdout);
  assert.deepEqual(await old.etcds.revisions(), before, 'etcd was written to');
  return sentence;
}

describe('Kubernetes without ThirdPartyResources', () => {
  it('is refused with the ways out, --from-etcd first', async () => {
    const { exitCode, sentence } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 3);
    assert.match(
      sentence,
      /^Kubernetes v1\.20\.\d+ does not serve ThirdPartyResources: they ended with 1\.8, and their data is still in etcd\. Read it there with --from-etcd, or go back .* \(check thirdpartyresources\)$/,
    );
    assert.deepEqual((await readContent(jobs.client)).crds, []);
  });
});

describe('what Kubernetes 1.7 left in etcd', () => {
  it('is copied with a client certificate, in both of its encodings', async () => {
    await copy(fromSecured());
    const copies = await readCrdObjects(jobs.client);
    assert.deepEqual(
      copies.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      [
        ...['GlobalFelixConfig calicoversion', 'GlobalFelixConfig logseverityscreen'],
        ...['GlobalBGPConfig asnumber', 'IPPool 10-64-0-0-16', 'IPPool 192-168-0-0-16'],
        ...['BGPPeer 192-0-2-1', 'GlobalNetworkPolicy block-metadata'],
      ],
    );
    const pool = await get(jobs.client, kindNamed('IpPool').crd, '10-64-0-0-16');
    assert.deepEqual(pool?.metadata.labels, { team: 'net' });
    assert.deepEqual(pool?.spec, {
      cidr: '10.64.0.0/16',
      ipip: { enabled: true, mode: 'cross-subnet' },
      'nat-outgoing': true,
    });
  });

  it('is copied with a password, and backed up; peers of Nodes come from the API server', async () => {
    const { client } = jobs;
    await seedNodes(client, MIXED.nodes ?? []);
    assert.match(await copy(fromLocked()), /17 created, .* IPv6 peers of 1 node renamed/);
    const { crdObjects, nodes } = await readContent(client);
    const expected = GOLDEN_DIFFERENCES[MIXED.name]?.differs ?? [];
    assert.deepEqual(recordedDifferences(MIXED, crdObjects, nodes), expected);

    const backup = readTprBackup((await onlyBackup(client)) ?? new Map());
    assert.equal(backup.definitions.length, 5);
    assert.equal([...backup.instances.values()].flat().length, MIXED.tprs.length);
    assert.match(await copy(fromLocked()), /0 created, 0 overwritten, 17 unchanged/);
  });

  it('may be nothing: that is said, with the prefix to check', async () => {
    assert.match(await copy([...fromLocked(), '--etcd-prefix', '/registry/other']), /^nothing to migrate: /);
  });
});

describe('etcd that cannot be read ends the run before anything is written, and says what to check', () => {
  const password = (text: string) => ({ CALICO_UPGRADE_ETCD_PASSWORD: text });
  const locked = (user: string) => ['--from-etcd', old.etcds.locked.endpoint, '--etcd-user', user];
  const cases: readonly Case[] = [
    {
      what: 'for a wrong password',
      args: () => locked('reader'),
      env: () => password('hunter2-hunter2'),
      expected: [3, /authentication failed.*\(check the user and the password\)$/],
    },
    {
      what: 'for a user that is not known',
      args: () => locked('nobody'),
      env: () => password(PASSWORD),
      expected: [3, /\(check the user and the password\)$/],
    },
    {
      what: 'without user and password',
      args: () => ['--from-etcd', old.etcds.locked.endpoint],
      expected: [3, /etcd asks for a user and a password/],
    },
    {
      what: 'for a user without a password',
      args: () => locked('reader'),
      expected: [2, /^etcd: give both user and password, or neither$/],
    },
    {
      what: 'for a password file that is not there',
      args: () => [...locked('reader'), '--etcd-password-file', '/nowhere/password'],
      expected: [2, /^cannot read --etcd-password-file \/nowhere\/password: ENOENT/],
    },
    {
      what: 'for a password in the endpoint',
      args: () => ['--from-etcd', old.etcds.locked.endpoint.replace('//', `//reader:${PASSWORD}@`)],
      expected: [2, /give user and password as options, not in the endpoint$/],
    },
    {
      what: 'for a certificate of a stranger',
      args: () => fromSecured(old.etcds.stranger),
      expected: [3, /the server refuses the client certificate/],
    },
    {
      what: 'for a certificate authority of a stranger',
      args: () => fromSecured({ ca: old.etcds.stranger.cert }),
      expected: [3, /a certificate that the given CA did not sign: check the CA/],
    },
    {
      what: 'for a key of another certificate, given as text',
      args: () => fromSecured().slice(0, 6),
      env: async () => ({ CALICO_UPGRADE_ETCD_KEY: await readFile(old.etcds.stranger.key, 'utf8') }),
      expected: [2, /^etcd: CA, client certificate or client key cannot be used: /],
    },
    {
      what: 'where nobody listens',
      args: async () => ['--from-etcd', `http://127.0.0.1:${await freePort()}`, '--retry-timeout', '1'],
      expected: [1, /ECONNREFUSED.*\(check the endpoint, and that etcd listens there/],
    },
  ];

  for (const [index, { what, args, env, expected }] of cases.entries()) {
    it(`${what}: exit code ${expected[0]}`, async () => {
      const { client, cluster } = jobs;
      const pod = await makePodFiles(client, cluster.directory, `unreadable-${index}`);
      const { exitCode, sentence } = await runLeakless(
        [...(await args())],
        { ...pod.env, ...(await env?.()) },
        pod,
      );
      assert.equal(exitCode, expected[0]);
      assert.match(sentence, expected[1]);
      const { crds, backups } = await readContent(client);
      assert.deepEqual([...crds, ...backups], []);
    });
  }
});

interface Case {
  readonly what: string;
  readonly args: () => readonly string[] | Promise<readonly string[]>;
  readonly env?: () => Environment | Promise<Environment>;
  readonly expected: readonly [exitCode: number, sentence: RegExp];
}

type Environment = Readonly<Record<string, string>>;

describe('passwords and keys appear in no output', () => {
  const keyText = async () => ({
    CALICO_UPGRADE_ETCD_KEY: await readFile(old.etcds.secured.tls.key, 'utf8'),
  });
  const ways = [
    { what: 'with the password in a file', args: () => fromLocked(), env: () => ({}) },
    { what: 'with the key in a variable', args: () => fromSecured().slice(0, 6), env: keyText },
  ];
  for (const format of ['text', 'json']) {
    for (const [index, { what, args, env }] of ways.entries()) {
      it(`of a copy ${what}, with --log-level debug --log-format ${format}`, async () => {
        const { client, cluster } = jobs;
        const pod = await makePodFiles(client, cluster.directory, `secret-${format}-${index}`);
        const options = [...args(), '--log-level', 'debug', '--log-format', format];
        const { exitCode, stdout } = await runLeakless(options, { ...pod.env, ...(await env()) }, pod);
        assert.equal(exitCode, 0, stdout);
      });
    }
  }
});

/** Runs a copy and asserts that nothing it leaves anywhere has a secret in it. */
async function runLeakless(
  args: readonly string[],
  env: Environment,
  pod: Awaited<ReturnType<typeof makePodFiles>>,
) {
  const result = await jobs.run(['tpr-to-crd', ...args], { env });
  const left = [
    ...[result.stdout, result.stderr, await pod.terminationMessage()],
    ...[await pod.events(), await list(jobs.client, CONFIG_MAPS)].map(objects => JSON.stringify(objects)),
  ];
  for (const secret of await secrets(env)) {
    for (const text of left) assert.ok(!text.includes(secret), `${secret} in: ${text}`);
  }
  return result;
}

/** Passwords, and each line of each key. */
async function secrets({ CALICO_UPGRADE_ETCD_PASSWORD = PASSWORD }: Environment) {
  const { secured, stranger } = old.etcds;
  const keys = await Promise.all([secured.tls, stranger].map(({ key }) => readFile(key, 'utf8')));
  const lines = keys.flatMap(key => key.split('\n')).filter(line => line && !line.startsWith('-----'));
  return [PASSWORD, CALICO_UPGRADE_ETCD_PASSWORD, ...lines];
}
