import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import * as v from 'valibot';
import { startEtcd } from './etcd.ts';
import { startNodeCluster } from './nodes/cluster.ts';
import { remainsOf } from './nodes/remains.ts';
import { runsDirectory } from './paths.ts';

const OWNER = `
  import { startNodeCluster } from ${JSON.stringify(import.meta.resolve('./nodes/cluster.ts'))};
  const { directory, registry, inNode } = await startNodeCluster({ nodes: 1, name: 'owned' });
  const { stdout } = await inNode('n1', ['readlink', '/proc/self/ns/net']);
  console.log(JSON.stringify({ directory, registry, namespace: stdout.trim() }));
  setInterval(() => {}, 1000);
`;

const startedCluster = v.object({ directory: v.string(), registry: v.string(), namespace: v.string() });

/** Starts another process that starts a cluster, and tells what that is. */
async function startOwner() {
  const args = ['--input-type=module-typescript', '--eval', OWNER];
  const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(owner, 'exit');
  const [line]: unknown[] = await Promise.race([once(owner.stdout, 'data'), ended]);
  const { directory, registry, namespace } = v.parse(startedCluster, JSON.parse(String(line)));
  const end = async (signal: NodeJS.Signals) => {
    owner.kill(signal);
    assert.deepEqual(await ended, [null, signal]);
  };
  return { registry, end, remains: () => remainsOf(directory, [namespace]) };
}

it('leaves nothing when the API server does not start', async () => {
  const name = `fails-${process.pid}`;
  await assert.rejects(startNodeCluster({ name, apiServerFlags: ['--no-such-flag'] }), {
    name: 'StartError',
  });
  assert.deepEqual(
    readdirSync(runsDirectory()).filter(entry => entry.includes(name)),
    [],
  );
});

it('stands beside another one, and leaves nothing however its process ends', async () => {
  const forwarding = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
  const [first, second] = await Promise.all([startOwner(), startOwner()]);
  assert.notEqual(first.registry, second.registry);
  assert.ok(first.remains().length > 10);
  await first.end('SIGTERM');
  assert.deepEqual(first.remains(), []);
  assert.ok(second.remains().length > 10);
  await second.end('SIGKILL');
  await using _next = await startEtcd();
  assert.deepEqual(second.remains(), []);
  assert.equal(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), forwarding);
});
