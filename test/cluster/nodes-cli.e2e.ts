import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, it } from 'node:test';
import { jobImageName } from '../image/cached-job-image.ts';
import { runCommand } from './command.ts';

const name = `nodes-cli-test-${process.pid}`;
const cli = (...words: string[]) =>
  runCommand(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...words]);

after(() => cli('down', '--name', name));

function wordAfter(label: string, text: string): string {
  return new RegExp(`^ {2}${label} +(.+)$`, 'm').exec(text)?.[1] ?? assert.fail(`no ${label} in ${text}`);
}

it('brings a cluster with nodes up, tells how to reach it, and takes it down', async () => {
  const up = await cli('up', '--name', name, '--nodes', '2');
  assert.equal(up.exitCode, 0, up.stderr);
  assert.equal(wordAfter('nodes', up.stdout), 'n1 n2');
  const kubeconfig = /KUBECONFIG='(.+)'/.exec(up.stdout)?.[1] ?? '';
  const kubectl = (...words: string[]) =>
    runCommand(wordAfter('kubectl', up.stdout), [...words, '--kubeconfig', kubeconfig], {
      env: { ...process.env, HOME: dirname(kubeconfig) },
    });
  assert.match((await kubectl('get', 'nodes')).stdout, /^n1 +Ready .*\nn2 +Ready /m);
  assert.equal((await kubectl('get', 'thirdpartyresources')).exitCode, 0);
  const [repository, tag] = jobImageName.split(':');
  const tags = await fetch(`http://${wordAfter('registry', up.stdout)}/v2/${repository}/tags/list`);
  assert.deepEqual(await tags.json(), { name: repository, tags: [tag] });
  assert.equal((await cli('down', '--name', name)).stdout, `The cluster "${name}" is down.\n`);
  assert.equal(existsSync(dirname(kubeconfig)), false);
});

it('explains a wrong number of nodes', async () => {
  const { exitCode, stderr } = await cli('up', '--name', name, '--nodes', 'many');
  assert.equal(exitCode, 2);
  assert.match(stderr, /A cluster has 0 to \d+ nodes\./);
});
