import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startEvents } from '../../../controller/status/events.ts';
import { EVENTS, NODES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';
import { useProxiedCluster } from '../proxied-cluster.ts';
import { createUpgrade, defineUpgrades } from '../upgrade-kind.ts';

const servers = useProxiedCluster({ name: 'events' }, defineUpgrades);

const event = (message: string) => ({ type: 'Warning' as const, reason: 'NodeFailed', message });

const collect = () => {
  const lines: string[] = [];
  return { lines, log: createLog({ format: 'text', level: 'info' }, { write: line => lines.push(line) }) };
};

describe('an Event', () => {
  it('is shown by kubectl describe, on the Node and on the CalicoUpgrade', async () => {
    const { lines, log } = collect();
    await create(servers.admin, NODES, { metadata: { name: 'node-1' } });
    const upgrade = await createUpgrade(servers.admin, 'calico');
    const events = startEvents(servers.admin, log);
    events.onNode('node-1', event('the pod is not Ready'));
    events.onUpgrade(upgrade, event('node-1 was stopped at'));
    await events.settled();
    assert.deepEqual(lines, []);
    const node = await servers.cluster.kubectl(['describe', 'node', 'node-1']);
    assert.match(node.stdout, /Warning +NodeFailed .* calico-upgrade +the pod is not Ready/);
    const described = await servers.cluster.kubectl(['describe', 'calicoupgrade', 'calico']);
    assert.match(described.stdout, /Warning +NodeFailed .* calico-upgrade +node-1 was stopped at/);
  });

  it('has a name of its own, also in the same millisecond and on a long name', async () => {
    const { lines, log } = collect();
    const name = `${'n'.repeat(63)}.${'n'.repeat(63)}.${'n'.repeat(63)}.${'n'.repeat(26)}--.${'n'.repeat(30)}`;
    const events = startEvents(servers.admin, log, () => new Date('2026-01-01T00:00:00.123Z'));
    for (let n = 0; n < 20; n += 1) events.onNode(name, event(`message ${n}`));
    await events.settled();
    assert.deepEqual(lines, []);
    const all = (await list(servers.admin, EVENTS, { namespace: 'default' })) ?? [];
    const own = all.filter(({ message }) => /^message \d+$/.test(String(message)));
    assert.equal(own.length, 20);
  });

  it('that cannot be written is a warning in the log', async () => {
    const { lines, log } = collect();
    const client = await servers.client({}, []);
    const events = startEvents(client, log);
    events.onNode('node-1', event('the pod is not Ready'));
    await events.settled();
    assert.match(lines.join(''), /warning: cannot record the Event NodeFailed on Node node-1: .*403/);
  });
});
