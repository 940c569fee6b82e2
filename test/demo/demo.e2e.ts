import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { remainsOf } from '../cluster/nodes/remains.ts';
import { runsDirectory } from '../cluster/paths.ts';
import { eventually } from './eventually.ts';

it('shows the job on three nodes, and leaves nothing when it is interrupted', async () => {
  const demo = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(demo, 'close');
  let output = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await eventually(
    'the log of the job is shown',
    async () => {
      assert.equal(demo.exitCode, null, output);
      return /\$ kubectl logs -f .*\n.* preflight +Kubernetes datastore\n.* preflight +Calico 2\.4\.1\n/s.test(
        output,
      );
    },
    300,
  );
  const runs = readdirSync(runsDirectory()).filter(name => name.startsWith(`${demo.pid}-`));
  assert.equal(runs.length, 1);
  process.kill(-(demo.pid ?? assert.fail()), 'SIGINT'); // as Ctrl-C does
  assert.deepEqual(await ended, [null, 'SIGINT']);
  assert.match(output, /Interrupted: everything is stopped and removed\.\n$/);
  assert.deepEqual(
    runs.flatMap(name => remainsOf(join(runsDirectory(), name), [])),
    [],
  );
});
