import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from './cluster.ts';
import { startEtcd } from './etcd.ts';
import { runsDirectory } from './paths.ts';
import { commandLineOf } from './proc.ts';
import { sweepDeadRuns } from './sweep.ts';

/** Command lines of running processes that mention the directory. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => commandLineOf(Number(pid)))
    .filter(line => line.includes(directory));
}

async function untilNoProcess(directory: string): Promise<void> {
  for (let i = 0; i < 100 && processesOf(directory).length > 0; i++) await sleep(50);
  assert.deepEqual(processesOf(directory), []);
}

function script(source: string): string[] {
  return ['--input-type=module-typescript', '--eval', source];
}

/** Starts another node process that starts an etcd; returns it and the etcd's directory. */
async function startOwner(then: string) {
  const module = JSON.stringify(import.meta.resolve('./etcd.ts'));
  const source = `import { startEtcd } from ${module};
    const etcd = await startEtcd(); console.log(etcd.directory); ${then}`;
  const owner = spawn(process.execPath, script(source), { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(owner, 'exit');
  const [line]: unknown[] = await once(owner.stdout, 'data');
  return { owner, ended, directory: String(line).trim() };
}

const stay = 'setInterval(() => {}, 1000);';

it('leaves nothing after stop', async () => {
  const etcd = await startEtcd({ tls: true });
  assert.ok(processesOf(etcd.directory).length > 0);
  await etcd.stop();
  assert.equal(existsSync(etcd.directory), false);
  assert.deepEqual(processesOf(etcd.directory), []);
});

it('leaves no process when its owner is killed, and the next run removes the directory', async () => {
  const { owner, ended, directory } = await startOwner(stay);
  owner.kill('SIGKILL');
  await ended;
  await untilNoProcess(directory);
  assert.ok(existsSync(directory));
  await using _next = await startEtcd();
  assert.equal(existsSync(directory), false);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  it(`leaves nothing when its owner gets ${signal}, which ends it as usual`, async () => {
    const { owner, ended, directory } = await startOwner(stay);
    owner.kill(signal);
    assert.deepEqual(await ended, [null, signal]);
    await untilNoProcess(directory);
    assert.equal(existsSync(directory), false);
  });
}

it('leaves nothing after an uncaught exception', async () => {
  const { ended, directory } = await startOwner('throw new Error("oh")');
  assert.deepEqual(await ended, [1, null]);
  await untilNoProcess(directory);
  assert.equal(existsSync(directory), false);
});

it('does not touch the run of a living owner', async () => {
  await using etcd = await startEtcd();
  await sweepDeadRuns();
  assert.equal((await fetch(`${etcd.endpoint}/health`)).status, 200);
});

it('reports a process that dies at start with its log, and leaves nothing', async () => {
  const name = `fails-${process.pid}`;
  await assert.rejects(startCluster({ name, apiServerFlags: ['--no-such-flag'] }), {
    name: 'StartError',
    message:
      /^kube-apiserver exited with code 1\. The end of its log:\n(?:.|\n)*unknown flag: --no-such-flag/,
  });
  assert.deepEqual(
    readdirSync(runsDirectory()).filter(entry => entry.includes(name)),
    [],
  );
});
