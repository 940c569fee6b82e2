import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { REPORT_FILES } from '../../../jobs/lib/calico/v1/reports.ts';
import { FAULT_V1, POLICY_KEY } from './fault-data.ts';
import type { FaultedRun } from './fault-lane.ts';
import { assertUntouched, assertV1 } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

const RESOURCES = '/calico/resources/v3/projectcalico.org/';
const POOL = `${RESOURCES}ippools/10-64-0-0-16`;

/** A start that is refused has written nothing. */
async function isRefused(run: FaultedRun, says: RegExp, before: Readonly<Record<string, string>> = {}) {
  assert.equal(run.exitCode, 3, run.log);
  assert.match(run.sentence, says, run.log);
  assert.deepEqual({ ...(await suite.lane.v3.dump()) }, { ...before }, run.log);
  assert.equal(await suite.lane.ready(), 'true');
}

/** What a start writes for the pool, by another tool: with an uid and a creation time of its own. */
async function poolOfAnother(): Promise<string> {
  await suite.lane.clean();
  await suite.succeeds(['start']);
  const { metadata, ...rest } = JSON.parse((await suite.lane.v3.dump())[POOL] ?? assert.fail('no pool'));
  await suite.lane.clean();
  const own = { ...metadata, uid: 'another', creationTimestamp: '2018-01-10T10:00:00Z' };
  return JSON.stringify({ ...rest, metadata: own });
}

// F8.
describe('an etcd v3 that is not empty', () => {
  test('the same data: is kept as it is, and stays after an abort', async () => {
    const text = await poolOfAnother();
    await suite.lane.v3.put(POOL, text);
    await suite.succeeds(['start']);
    assert.equal((await suite.lane.v3.dump())[POOL], text);
    const { log } = await suite.succeeds(['abort']);
    assert.deepEqual({ ...(await suite.lane.v3.dump()) }, { [POOL]: text }, log);
    await assertV1(suite.lane, 'true', log);
  });

  test('other data with the same name: is refused; with --ignore-v3-data overwritten, and back after an abort', async () => {
    const text = (await poolOfAnother()).replace('"Always"', '"Never"');
    await suite.lane.v3.put(POOL, text);
    const refused = await suite.lane.run(['start']);
    await isRefused(refused, /^nothing was written: etcd v3 has data .*: 1 key with another content/, {
      [POOL]: text,
    });
    assert.match(refused.log, /ippools\/10-64-0-0-16: differs/);
    await suite.succeeds(['start', '--ignore-v3-data']);
    assert.match((await suite.lane.v3.dump())[POOL] ?? '', /"Always"/);
    // A second one finds what it replaced, and nothing to do.
    await suite.succeeds(['start', '--ignore-v3-data']);
    const { log } = await suite.succeeds(['abort']);
    assert.deepEqual({ ...(await suite.lane.v3.dump()) }, { [POOL]: text }, log);
  });

  test('data of others: is refused; with --ignore-v3-data never touched', async () => {
    const { lane } = suite;
    await lane.clean();
    const foreign = {
      [`${RESOURCES}ippools/10-99-0-0-16`]: '{"kind":"IPPool","metadata":{"name":"10-99-0-0-16"}}',
      '/calico/felix/v1/host/n/last_reported_status': '{}',
    };
    const outside = { '/calicoish/key': 'x', '/registry/pods/a': 'y' };
    for (const [key, value] of Object.entries({ ...foreign, ...outside })) await lane.v3.put(key, value);
    const refused = await lane.run(['start']);
    await isRefused(refused, /2 keys that v1 does not have/, { ...foreign, ...outside });
    for (const key of Object.keys(foreign)) assert.ok(refused.log.includes(`${key}: is not known to v1`));
    await suite.succeeds(['start', '--ignore-v3-data']);
    const { log } = await suite.succeeds(['abort']);
    assert.deepEqual({ ...(await lane.v3.dump()) }, { ...foreign, ...outside }, log);
  });

  test('a key of ours that somebody changed after the copy: an abort leaves it, and says so', async () => {
    const { lane } = suite;
    await lane.clean();
    await suite.succeeds(['start']);
    await lane.v3.remove(POOL);
    await lane.v3.put(POOL, '{"kind":"IPPool"}');
    const { log } = await suite.succeeds(['abort']);
    assert.match(log, /ippools\/10-64-0-0-16: left as it is/);
    assert.deepEqual({ ...(await lane.v3.dump()) }, { [POOL]: '{"kind":"IPPool"}' });
  });
});

// F9, and row 1 of the list of the original's defects.
describe('v1 data that cannot be moved', () => {
  const BAD = {
    '/calico/v1/policy/tier/default/policy/no-json': 'no JSON',
    '/calico/v1/ipam/v4/pool/10.99.0.0-16': '{"cidr":"10.99.0.0/99"}',
    '/calico/bgp/v1/global/peer_v4/192.0.2.7': '{"ip":"192.0.2.7","as_num":"many"}',
    '/calico/v1/host/Node-1/metadata': '{}',
  };

  for (const command of ['dry-run', 'start']) {
    test(`${command} lists all of it in one go, in the reports, too, and nothing is written`, async () => {
      const { lane } = suite;
      await lane.clean();
      for (const [key, value] of Object.entries(BAD)) await lane.v1.put(key, value);
      await rm(lane.reports, { recursive: true, force: true });
      const run = await lane.run([command]);
      await isRefused(
        run,
        /^nothing was written: 3 objects cannot be converted .*; 1 object would get the name/,
      );
      for (const key of Object.keys(BAD).slice(0, 3)) assert.ok(run.log.includes(key), `${key}: ${run.log}`);
      assert.match(run.log, /name clash: .*Node-1/);
      const files = await readdir(lane.reports);
      const known: readonly string[] = [...REPORT_FILES, 'report-etcd-v2-to-v3.yaml'];
      assert.deepEqual(
        files.filter(file => !known.includes(file)),
        [],
      );
      assert.ok(files.includes('nameclashes') && files.includes('conversionerrors'), String(files));
      assert.match(await readFile(join(lane.reports, 'nameclashes'), 'utf8'), /Node-1/);
    });
  }

  test('is left out with --skip-invalid', async () => {
    const { lane } = suite;
    await lane.clean();
    for (const [key, value] of Object.entries(BAD)) await lane.v1.put(key, value);
    const { log } = await suite.succeeds(['start', '--skip-invalid']);
    assert.match(log, /left out: .*no-json/);
    assert.deepEqual(
      Object.keys(await lane.v3.dump()).filter(key => /no-json|10-99|192-0-2-7/.test(key)),
      [],
    );
  });
});

// F7.
describe('sizes', () => {
  const large = (bytes: number): string =>
    (FAULT_V1[POLICY_KEY] ?? '').replace("'web'", `'${'x'.repeat(bytes)}'`);

  test('a value that etcd does not take is refused by name beforehand', async () => {
    const { lane } = suite;
    await lane.clean();
    await lane.v1.put(POLICY_KEY, large(1.55 * 1024 * 1024));
    for (const command of ['dry-run', 'start']) {
      const run = await lane.run([command]);
      await isRefused(run, /^nothing was written: 1 object cannot be converted/);
      assert.match(run.log, /allow-web.* has \d{7} bytes in etcd v3, expected \d{7} at the most/);
    }
    await lane.clean();
  });

  test('more than a message of gRPC holds is copied, and taken back', async () => {
    const { lane } = suite;
    await lane.clean();
    for (let i = 0; i < 6; i += 1) await lane.v1.put(`${POLICY_KEY}-${i}`, large(1_000_000));
    await suite.succeeds(['start']);
    let bytes = 0;
    for await (const { value } of lane.reader.readPrefix('/calico/')) bytes += value.length;
    assert.ok(bytes > 6_000_000, `${bytes} bytes`);
    await suite.succeeds(['complete']);
    await suite.succeeds(['abort', '--after-complete']);
    const { log } = await suite.succeeds(['abort']);
    assert.deepEqual({ ...(await lane.v3.dump()) }, {}, log);
  });
});

test('a directory for reports that cannot be written: exit code 2, before anything', async () => {
  const { lane } = suite;
  await lane.clean();
  const file = join(lane.etcd.directory, 'a-file');
  await writeFile(file, '');
  for (const command of ['dry-run', 'start']) {
    const run = await lane.run([command, '--output-dir', join(file, 'reports')]);
    assert.equal(run.exitCode, 2, run.log);
    assert.match(run.sentence, /^cannot write reports to .*a-file\/reports: .* with --output-dir$/);
    assert.deepEqual([...run.requests.v2, ...run.requests.v3], [], run.log);
  }
  await assertUntouched(lane, 'nothing was done');
});
