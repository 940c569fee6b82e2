import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { holdLock } from '../../../controller/lock/hold-lock.ts';
import { LOCK_NAME } from '../../../controller/lock/record.ts';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';
import { eventually } from '../../demo/eventually.ts';
import { deleteObject } from '../../jobs/clean-cluster.ts';
import { patch } from '../../jobs/edit.ts';
import { useProxiedCluster } from '../proxied-cluster.ts';
import {
  assertApart,
  isActing,
  LEASE_SECONDS,
  type LockedController,
  RENEW_SECONDS,
  startLocked,
} from './locked-controller.ts';

const servers = useProxiedCluster({ name: 'lock' });

const LEASE_MS = LEASE_SECONDS * 1000;
const HOLDER = 'upgrade.projectcalico.org/lock-holder';

const lock = (): Promise<KubeObject | undefined> => get(servers.admin, CONFIG_MAPS, LOCK_NAME, 'default');
const holderNow = async (): Promise<string> => (await lock())?.metadata.annotations?.[HOLDER] ?? '';
const annotate = (annotations: Readonly<Record<string, string | null>>): Promise<void> =>
  patch(
    servers.admin,
    CONFIG_MAPS,
    { metadata: { name: LOCK_NAME, namespace: 'default' } },
    { metadata: { annotations } },
  );

beforeEach(async () => {
  servers.proxy.reset();
  await deleteObject(servers.admin, CONFIG_MAPS, LOCK_NAME, 'default');
});

const startController = async (identity: string): Promise<LockedController> =>
  startLocked(identity, await servers.client({ requestTimeoutMs: 600, retryTotalMs: 300 }));

const acts = (controller: LockedController): Promise<unknown> =>
  eventually('a controller that acts', async () => controller.startedMs !== undefined);

describe('the lock of the controller', () => {
  it('lets one act, and the next one as soon as it is given back', async () => {
    const first = await startController('first');
    await acts(first);
    const second = await startController('second');
    await sleep(LEASE_MS * 1.5);
    assert.equal(second.startedMs, undefined);
    assert.match(second.lines.join(''), /waiting for the lock: another controller .* held by first_/);
    assert.equal(second.lines.length, 1, 'said once');
    first.stop();
    assert.match(await first.ended, /stopped by SIGTERM/);
    await acts(second);
    assertApart(first, second);
    assert.ok((second.startedMs ?? 0) - (first.stoppedMs ?? 0) < LEASE_MS, 'not only when it expired');
    second.stop();
    await second.ended;
  });

  it('is taken over from a controller that was killed, when its lease is over', async () => {
    const program = join(import.meta.dirname, 'holder.ts');
    const args = [program, servers.cluster.kubeconfig, String(LEASE_SECONDS), String(RENEW_SECONDS)];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    try {
      await eventually('the lock of the process', async () => (await holderNow()) !== '');
      const second = await startController('second');
      await sleep(LEASE_MS * 1.5);
      assert.equal(second.startedMs, undefined, 'it is renewed');
      const killedMs = performance.now();
      child.kill('SIGKILL');
      await acts(second);
      const waitedMs = (second.startedMs ?? 0) - killedMs;
      assert.ok(waitedMs > LEASE_MS - RENEW_SECONDS * 1000 - 200, `${waitedMs} ms`);
      assert.ok(waitedMs < LEASE_MS * 2, `${waitedMs} ms`);
      assert.match(second.lines.join(''), /its holder is gone, and it is taken over/);
      second.stop();
      await second.ended;
    } finally {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
        await once(child, 'exit');
    }
  });

  it('survives what people write into its ConfigMap', async () => {
    const first = await startController('first');
    await acts(first);
    const second = await startController('second');
    await annotate({ theirs: 'x' });
    await annotate({ [HOLDER]: null });
    await eventually('its record again', async () => (await holderNow()).startsWith('first_'));
    await sleep(LEASE_MS * 1.2);
    assert.equal(first.stoppedMs, undefined);
    assert.equal(second.startedMs, undefined);
    assert.equal((await lock())?.metadata.annotations?.theirs, 'x');
    for (const one of [first, second]) one.stop();
    await Promise.all([first.ended, second.ended]);
  });

  it('is lost to whom somebody writes into it as its holder', async () => {
    const first = await startController('first');
    await acts(first);
    await annotate({ [HOLDER]: 'a-person' });
    assert.match(
      await first.ended,
      /Failure: ConfigMap default\/calico-upgrade-controller is held by a-person now: this controller stops/,
    );
    assert.equal(await holderNow(), 'a-person', 'it is not given back, being lost');
    const next = await startController('next');
    await acts(next);
    next.stop();
    await next.ended;
  });

  it('is kept where its ConfigMap is deleted, by nobody else', async () => {
    const first = await startController('first');
    await acts(first);
    await deleteObject(servers.admin, CONFIG_MAPS, LOCK_NAME, 'default');
    await eventually('its ConfigMap again', async () => (await holderNow()).startsWith('first_'));
    const second = await startController('second');
    await sleep(LEASE_MS);
    assert.equal(second.startedMs, undefined);
    assert.equal(first.stoppedMs, undefined);
    for (const one of [first, second]) one.stop();
    await Promise.all([first.ended, second.ended]);
  });

  it('has one holder also where another creates its ConfigMap anew before it does', async () => {
    const first = await startController('first');
    await acts(first);
    const seconds = ['second', 'third', 'fourth'];
    const others = await Promise.all(seconds.map(startController));
    await deleteObject(servers.admin, CONFIG_MAPS, LOCK_NAME, 'default');
    const all = [first, ...others];
    await eventually('one that acts', async () => all.filter(isActing).length === 1);
    await sleep(LEASE_MS);
    assert.equal(all.filter(isActing).length, 1);
    for (const other of others) if (other.startedMs !== undefined) assertApart(first, other);
    for (const one of all) one.stop();
    await Promise.all(all.map(({ ended }) => ended));
  });

  it('is kept while the API server is away for less than the lease', async () => {
    const first = await startController('first');
    await acts(first);
    await servers.proxy.away(LEASE_MS * 0.2);
    await sleep(LEASE_MS);
    assert.equal(first.stoppedMs, undefined, first.lines.join(''));
    assert.match(first.lines.join(''), /warning: cannot renew the lock, and tries again/);
    first.stop();
    await first.ended;
  });

  it('is given up in time where the API server is away for longer', async () => {
    const first = await startController('first');
    await acts(first);
    const awayMs = performance.now();
    const back = servers.proxy.away(LEASE_MS * 2);
    assert.match(await first.ended, /could not be renewed for 2 s: another controller may go on/);
    assert.ok((first.stoppedMs ?? 0) - awayMs < LEASE_MS, 'before another can take it');
    await back;
    const next = await startController('next');
    await acts(next);
    next.stop();
    await next.ended;
  });

  it('has one holder at a time also where writes fail and their answers are lost', async () => {
    servers.proxy.setFaults([
      { match: { methods: ['PUT', 'POST'] }, probability: 0.3, seed: 3, action: { do: 'status', code: 409 } },
      { match: { methods: ['PUT', 'POST'] }, probability: 0.2, seed: 4, action: { do: 'reset-after' } },
      { match: { methods: ['GET'] }, probability: 0.2, seed: 5, action: { do: 'status', code: 503 } },
    ]);
    const all = await Promise.all(['a', 'b', 'c'].map(startController));
    const order: LockedController[] = [];
    while (order.length < all.length) {
      const acting = await eventually('one that acts', async () => all.find(isActing));
      await sleep(RENEW_SECONDS * 3_000);
      assert.deepEqual(all.filter(isActing), [acting]);
      acting.stop();
      await acting.ended;
      const [last] = order.slice(-1);
      if (last) assertApart(last, acting);
      order.push(acting);
    }
  });

  it('is not waited for without the right to it', async () => {
    const client = await servers.client({}, []);
    const log = createLog({ format: 'text', level: 'error' }, { write: () => undefined });
    const options = { namespace: 'default', identity: 'x', log };
    const never = async () => assert.fail('it has no lock');
    await assert.rejects(holdLock(client, options, new AbortController().signal, never), /403/);
  });

  it('is no longer waited for when the controller is stopped', async () => {
    const record = { [HOLDER]: 'other', 'upgrade.projectcalico.org/lock-lease-seconds': '500' };
    const metadata = { name: LOCK_NAME, namespace: 'default', annotations: record };
    await create(servers.admin, CONFIG_MAPS, { metadata }, 'default');
    const waiting = await startController('waiting');
    await eventually('that it waits', async () => waiting.lines.length > 0);
    waiting.stop();
    assert.match(await waiting.ended, /stopped by SIGTERM/);
    assert.equal(await holderNow(), 'other');
  });
});
