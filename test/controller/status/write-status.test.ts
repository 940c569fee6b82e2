import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type StatusWriter, startStatusWriter } from '../../../controller/status/write-status.ts';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import { readStatus, type UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';
import { eventually } from '../../demo/eventually.ts';
import { deleteObject } from '../../jobs/clean-cluster.ts';
import { patch } from '../../jobs/edit.ts';
import { useProxiedCluster } from '../proxied-cluster.ts';
import { createUpgrade, defineUpgrades, setStatusSubresource } from '../upgrade-kind.ts';

const servers = useProxiedCluster({ name: 'status' }, defineUpgrades);

const status = (message: string, more: Partial<UpgradeStatus> = {}): UpgradeStatus => ({
  phase: 'Progressing',
  message,
  ...more,
});
const current = (name: string): Promise<KubeObject | undefined> => get(servers.admin, CALICO_UPGRADES, name);
const messageIn = (object: KubeObject | undefined): string | undefined => readStatus(object?.status)?.message;
const puts = (): readonly string[] =>
  servers.proxy.requests
    .filter(({ method }) => method === 'PUT')
    .map(({ path }) => path.split('/').slice(-2).join('/'));

interface Started {
  readonly writer: StatusWriter;
  readonly upgrade: KubeObject;
  readonly lines: readonly string[];
  gone(): number;
}

async function start(
  name: string,
  { everyMs = 0, client }: { readonly everyMs?: number; readonly client?: KubeClient } = {},
): Promise<Started> {
  const upgrade = await createUpgrade(servers.admin, name);
  const lines: string[] = [];
  const log = createLog({ format: 'text', level: 'info' }, { write: line => lines.push(line) });
  let gone = 0;
  const onGone = (): void => {
    gone += 1;
  };
  const own = client ?? (await servers.client());
  servers.proxy.reset();
  const writer = startStatusWriter({ client: own, upgrade, everyMs, log, onGone });
  return { writer, upgrade, lines, gone: () => gone };
}

describe('the status of a CalicoUpgrade', () => {
  it('is written with the object where the definition has no subresource, and only when it changed', async () => {
    const { writer } = await start('plain');
    writer.show(status('one', { since: undefined, steps: [] }));
    await writer.flush();
    writer.show(status('one', { steps: [] }));
    await writer.flush();
    assert.deepEqual((await current('plain'))?.status, status('one', { steps: [] }));
    assert.deepEqual(puts(), ['calicoupgrades/plain']);
    writer.show(status('two'));
    await writer.flush();
    assert.deepEqual((await current('plain'))?.status, status('two'), 'fields that are gone are taken out');
    assert.deepEqual(
      servers.proxy.requests.map(({ method }) => method),
      ['GET', 'PUT', 'PUT'],
      'one request a status, after the one for discovery',
    );
  });

  it('is written by itself, not more often than it may, and at last the newest', async () => {
    const { writer } = await start('paced', { everyMs: 400 });
    const started = performance.now();
    for (let n = 0; n < 30; n += 1) {
      writer.show(status(`turn ${n}`));
      await sleep(30);
    }
    await eventually('the newest status', async () => messageIn(await current('paced')) === 'turn 29');
    const most = Math.ceil((performance.now() - started) / 400) + 1;
    assert.ok(puts().length >= 2 && puts().length <= most, `${puts().length} writes`);
    const before = puts().length;
    writer.show(status('the last'));
    await writer.flush();
    assert.equal(messageIn(await current('paced')), 'the last');
    assert.equal(puts().length, before + 1);
  });

  it('never takes anything of the spec along that a person changed meanwhile', async () => {
    const { writer, upgrade } = await start('edited');
    await patch(servers.admin, CALICO_UPGRADES, upgrade, {
      spec: { paused: true },
      metadata: { labels: { a: 'b' } },
    });
    writer.show(status('one'));
    await writer.flush();
    const after = await current('edited');
    assert.deepEqual(after?.spec, { targetVersion: 'v2.6.12', paused: true });
    assert.deepEqual(after.metadata.labels, { a: 'b' });
    assert.deepEqual(after.status, status('one'));
  });

  it('survives conflicts and answers that are lost', async () => {
    const { writer, lines } = await start('conflicts');
    servers.proxy.setFaults([
      { match: { methods: ['PUT'] }, probability: 0.4, seed: 7, action: { do: 'status', code: 409 } },
      { match: { methods: ['PUT'] }, at: 2, action: { do: 'reset-after' } },
    ]);
    for (let n = 0; n < 12; n += 1) {
      writer.show(status(`turn ${n}`));
      await writer.flush();
    }
    assert.deepEqual((await current('conflicts'))?.status, status('turn 11'));
    assert.deepEqual(lines, []);
  });

  it('is written anew where somebody edited it by hand', async () => {
    const { writer, upgrade } = await start('by-hand');
    writer.show(status('one'));
    await writer.flush();
    const own = await current('by-hand');
    assert.ok(own);
    writer.sawObject(own);
    await writer.flush();
    assert.equal(puts().length, 1, 'our own write is no news');
    await patch(servers.admin, CALICO_UPGRADES, upgrade, { status: { message: 'nonsense' } });
    const edited = await current('by-hand');
    assert.ok(edited);
    writer.sawObject(edited);
    await writer.flush();
    assert.deepEqual((await current('by-hand'))?.status, status('one'));
  });

  it('tells that the object was deleted, also when another has its name', async () => {
    const { writer, gone, lines } = await start('deleted');
    await deleteObject(servers.admin, CALICO_UPGRADES, 'deleted');
    writer.show(status('one'));
    await writer.flush();
    await createUpgrade(servers.admin, 'deleted');
    writer.show(status('two'));
    await writer.flush();
    assert.equal(gone(), 1);
    assert.equal((await current('deleted'))?.status, undefined);
    const other = await start('replaced');
    await deleteObject(servers.admin, CALICO_UPGRADES, 'replaced');
    await createUpgrade(servers.admin, 'replaced');
    other.writer.show(status('one'));
    await other.writer.flush();
    assert.equal(other.gone(), 1);
    assert.equal((await current('replaced'))?.status, undefined);
    assert.deepEqual(lines, []);
  });

  it('says that it could not be written: in the log, and to who waits for it; and then it is', async () => {
    const client = await servers.client({ retryTotalMs: 0 });
    const { writer, lines } = await start('failing', { client });
    servers.proxy.setFaults([{ match: { methods: ['PUT'] }, times: 2, action: { do: 'status', code: 503 } }]);
    writer.show(status('one'));
    await eventually('a warning', async () => lines.length > 0);
    assert.match(lines[0] ?? '', /warning: cannot write the status of CalicoUpgrade failing: .*503/);
    await assert.rejects(writer.flush(), /503/);
    writer.show(status('one'));
    await eventually('the status', async () => messageIn(await current('failing')) === 'one');
  });

  it('is written again where it is as before, but nobody knows whether another was written since', async () => {
    const client = await servers.client({ retryTotalMs: 0 });
    const { writer } = await start('unsure', { client });
    writer.show(status('one'));
    await writer.flush();
    servers.proxy.setFaults([{ match: { methods: ['PUT'] }, action: { do: 'reset-after' } }]);
    writer.show(status('two'));
    await assert.rejects(writer.flush());
    writer.show(status('one'));
    await writer.flush();
    assert.deepEqual((await current('unsure'))?.status, status('one'));
  });

  it('goes to the subresource as soon as the definition has one, and back', async () => {
    const { writer, upgrade } = await start('both');
    writer.show(status('plain'));
    await writer.flush();
    await setStatusSubresource(servers.admin, true);
    writer.show(status('subresource'));
    await writer.flush();
    assert.deepEqual((await current('both'))?.status, status('subresource'));
    await patch(servers.admin, CALICO_UPGRADES, upgrade, { spec: { paused: true } });
    writer.show(status('edited'));
    await writer.flush();
    assert.deepEqual((await current('both'))?.status, status('edited'));
    assert.deepEqual((await current('both'))?.spec, { targetVersion: 'v2.6.12', paused: true });
    assert.equal(puts().at(-1), 'both/status');
    await setStatusSubresource(servers.admin, false);
    writer.show(status('plain again'));
    await writer.flush();
    assert.deepEqual((await current('both'))?.status, status('plain again'));
    assert.equal(puts().at(-1), 'calicoupgrades/both');
  });
});
