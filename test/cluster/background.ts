import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';
import { withLock } from './lock.ts';
import { findNamedCluster, labelOf, type NamedCluster, type Reach, writeReach } from './named-clusters.ts';
import type { NodeClusterOptions } from './nodes/cluster.ts';
import { cacheDirectory } from './paths.ts';
import { isAlive, sendSignal } from './proc.ts';
import { sweepDeadRuns } from './sweep.ts';

export interface UpResult {
  readonly cluster: NamedCluster & { readonly reach: Reach };
  readonly alreadyUp: boolean;
}

/** Starts a named cluster that stays when this process ends, unless it is up already. */
export async function upInBackground(name: string, nodes: number, script: string): Promise<UpResult> {
  const waiting = () => process.stderr.write('Another cluster is being started; waiting for it\n');
  return withLock(join(cacheDirectory(), 'up.lock'), waiting, async () => {
    await sweepDeadRuns();
    const alreadyUp = findNamedCluster(name) !== undefined;
    if (!alreadyUp) await spawnServe(script, ['serve', '--name', name, '--nodes', String(nodes)]);
    const cluster = findNamedCluster(name);
    if (!cluster?.reach) throw new Error(`The cluster "${name}" is not usable; take it down first.`);
    return { cluster: { ...cluster, reach: cluster.reach }, alreadyUp };
  });
}

async function spawnServe(script: string, args: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'calico-upgrade-up-'));
  const errors = join(directory, 'stderr');
  const output = openSync(errors, 'a');
  try {
    const child = spawn(process.execPath, [script, ...args], {
      detached: true,
      stdio: ['ignore', 'ignore', output, 'ipc'],
    });
    const end = await readyOrEnded(child);
    if (end) throw new Error(`The cluster did not start (${end}).\n${readFileSync(errors, 'utf8').trim()}`);
    child.disconnect();
    child.unref();
  } finally {
    closeSync(output);
    rmSync(directory, { recursive: true });
  }
}

/** Settles with nothing when the child says that it is ready, or with how it ended. */
function readyOrEnded(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(undefined));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** What the background process does: a cluster, until a signal ends it (the exit action of its run cleans up). */
export async function serve(name: string, nodes: number): Promise<void> {
  const abandoned = () => process.exit(1); // nobody waits for the cluster any more
  process.once('disconnect', abandoned);
  const options = { name: labelOf(name), tpr: true };
  await (nodes === 0 ? startWithoutNodes(options) : startWithNodes({ ...options, nodes }));
  process.off('disconnect', abandoned);
  process.send?.('ready');
  setInterval(() => {}, 1 << 30); // stays, whatever the servers in this process do
}

async function startWithoutNodes(options: ClusterOptions): Promise<void> {
  const cluster = await startCluster(options);
  writeReach(cluster.directory, reachOf(cluster));
}

async function startWithNodes(options: NodeClusterOptions): Promise<void> {
  const { startNodeCluster } = await import('./nodes/cluster.ts');
  const { cachedJobImage, jobImageName } = await import('../image/cached-job-image.ts');
  const images = new Map([[jobImageName, await cachedJobImage()]]);
  const cluster = await startNodeCluster({ ...options, images });
  const { registry, nodes } = cluster;
  writeReach(cluster.directory, { ...reachOf(cluster), registry, nodes: nodes.map(({ name }) => name) });
}

function reachOf({ kubeconfig, server, etcd, kubectlPath: kubectl }: Cluster): Reach {
  return { kubeconfig, server, etcd: etcd.endpoint, kubectl };
}

/** Ends a named cluster and removes all that it left. */
export async function down({ owner, directory }: NamedCluster): Promise<void> {
  sendSignal(owner.pid, 'SIGTERM');
  const gone = () => !isAlive(owner) && !existsSync(directory);
  for (let i = 0; i < 200 && !gone(); i++) await sleep(50);
  if (gone()) return;
  sendSignal(owner.pid, 'SIGKILL');
  for (let i = 0; i < 100 && isAlive(owner); i++) await sleep(20);
  await sweepDeadRuns();
}
