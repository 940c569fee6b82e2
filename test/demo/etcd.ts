import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v1Data } from '../bench/etcd-data.ts';
import { startEtcd } from '../cluster/etcd.ts';
import { onExit } from '../cluster/exit.ts';
import { v1Store } from '../jobs/etcd-v2-to-v3/v1-store.ts';
import { v3Store } from '../jobs/etcd-v2-to-v3/v3-store.ts';
import { v2PutAll } from '../jobs/lib/etcd/v2-seed.ts';
import { podsComeAndGo } from './pods-come-and-go.ts';
import { heading, say } from './screen.ts';

const ENDPOINTS = 10_000;

const MAIN = join(import.meta.dirname, '../../jobs/main.ts');

/** Shows a command, runs it before the user's eyes, and throws where it fails. */
async function run(endpoint: string, directory: string, command: string): Promise<void> {
  say(`\n$ calico-upgrade etcd-v2-to-v3 ${command}`);
  const child = spawn(process.execPath, [MAIN, 'etcd-v2-to-v3', ...command.split(' ')], {
    env: {
      ...process.env,
      ...{ APIV1_ETCD_ENDPOINTS: endpoint, ETCD_ENDPOINTS: endpoint, CALICO_UPGRADE_OUTPUT_DIR: directory },
    },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}`);
}

/** One object of each store, and how many there are. */
async function show(endpoint: string, v1Key: string, v3Part: string): Promise<void> {
  using v3 = v3Store(endpoint);
  const stored = await v3.dump();
  const calico = Object.keys(stored).filter(key => key.startsWith('/calico/'));
  const key = calico.find(one => one.includes(v3Part));
  say(`\netcd v2  ${v1Key}\n         ${await v1Store(endpoint).get(v1Key)}`);
  say(key ? `etcd v3  ${key}\n         ${stored[key]}` : 'etcd v3  nothing below /calico/');
  say(`etcd v3  ${calico.length} keys below /calico/`);
}

async function demonstrate(endpoint: string, directory: string): Promise<void> {
  const data = v1Data(ENDPOINTS);
  heading(`An etcd with the data of Calico 2.6: ${ENDPOINTS} workload endpoints, ${data.length} keys`);
  await v2PutAll(endpoint, data);
  const policy = '/calico/v1/policy/tier/default/policy/policy-7';
  await show(endpoint, policy, '/globalnetworkpolicies/default.policy-7');
  heading('Dry run: nothing is changed');
  await run(endpoint, directory, 'dry-run');
  heading('The migration, while pods come and go');
  const pods = podsComeAndGo(v1Store(endpoint), ENDPOINTS);
  try {
    await run(endpoint, directory, 'start');
  } finally {
    await pods.stop();
  }
  say(
    `\nDuring the run ${pods.made} pods were made and ${pods.deleted} deleted; ${pods.refused} calls had to wait for the pause.`,
  );
  await show(endpoint, policy, '/globalnetworkpolicies/default.policy-7');
  heading('Where it stands; and the same again: nothing is left to do');
  await run(endpoint, directory, 'status');
  await run(endpoint, directory, 'start');
  heading('Once every node runs Calico 3.0');
  await run(endpoint, directory, 'complete');
  await run(endpoint, directory, 'status');
}

const started = performance.now();
// Registered before all others, so that it runs after them.
const takeBack = onExit(() => say('\nInterrupted: everything is stopped and removed.'));
const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-demo-'));
try {
  await using etcd = await startEtcd();
  await demonstrate(etcd.endpoint, directory);
  heading('Stopping everything');
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true });
  takeBack();
}
say(`The demo took ${Math.round((performance.now() - started) / 1000)} s.`);
