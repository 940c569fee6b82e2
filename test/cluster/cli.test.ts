import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, it } from 'node:test';
import { runCommand } from './command.ts';

const name = `cli-test-${process.pid}`;
const cli = (...words: string[]) =>
  runCommand(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...words]);

after(() => cli('down', '--name', name));

function kubeconfigIn(lines: string): string {
  return /^export KUBECONFIG='(.+)'$/m.exec(lines)?.[1] ?? assert.fail(`no KUBECONFIG in ${lines}`);
}

it('says when no cluster is up', async () => {
  const { exitCode, stdout, stderr } = await cli('env', '--name', name);
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /^No cluster "cli-test-\d+" is up\. Start it: npm run cluster -- up --name/);
});

it('brings a cluster up once, tells how to reach it, and takes it down', async () => {
  const first = await cli('up', '--name', name);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /is up\.\n(?:.|\n)*API server {2}https:\/\/127\.0\.0\.1:\d+\n/);
  const again = await cli('up', '--name', name);
  assert.match(again.stdout, /is already up\.\n/);
  const env = await cli('env', '--name', name);
  assert.match(env.stdout, /^(export [A-Z_]+=.*\n)+$/);
  const kubeconfig = kubeconfigIn(env.stdout);
  const kubectl = /^ {2}kubectl +(.+)$/m.exec(again.stdout)?.[1] ?? '';
  const tprs = await runCommand(kubectl, ['get', 'thirdpartyresources', '--kubeconfig', kubeconfig], {
    env: { ...process.env, HOME: dirname(kubeconfig) },
  });
  assert.equal(tprs.exitCode, 0, tprs.stderr);
  assert.equal((await cli('down', '--name', name)).stdout, `The cluster "${name}" is down.\n`);
  assert.equal(existsSync(dirname(kubeconfig)), false);
  assert.equal((await cli('down', '--name', name)).stdout, `No cluster "${name}" is up.\n`);
});

it('explains wrong words', async () => {
  const wrongCommand = await cli('upp');
  assert.equal(wrongCommand.exitCode, 2);
  assert.match(wrongCommand.stderr, /unknown command 'upp'(?:.|\n)*Did you mean up\?/);
  const wrongName = await cli('up', '--name', 'A/b');
  assert.equal(wrongName.exitCode, 2);
  assert.match(wrongName.stderr, /small letters, digits and dashes/);
});
