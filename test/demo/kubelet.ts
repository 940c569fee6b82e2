import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { objectPath, type Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../jobs/lib/run/abort.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { onExit } from '../cluster/exit.ts';
import type { Container, JobManifest } from './manifest.ts';
import { ROOT } from './screen.ts';

const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };

const POD_WAIT_MS = 30_000;

/** The pod that the Job controller made for a Job that was just applied. */
export async function podOf(client: KubeClient, { metadata }: JobManifest): Promise<KubeObject> {
  const { name, namespace } = metadata;
  const uid = (await get(client, JOBS, name, namespace))?.metadata.uid;
  const labelSelector = `controller-uid=${uid}`;
  for (const deadline = performance.now() + POD_WAIT_MS; performance.now() < deadline; ) {
    const [pod] = (await list(client, PODS, { namespace, labelSelector })) ?? [];
    if (pod) return pod;
    await sleep(100);
  }
  throw new Error(`The Job ${name} got no pod within ${POD_WAIT_MS / 1000} s.`);
}

/**
 * Does what a node would do with the pod: runs its container with the arguments, the environment, the volumes and the
 * service account of the manifest, here from the sources instead of the image. Passes its log on, live. Returns its
 * exit code.
 */
export async function runPod(
  cluster: Cluster,
  client: KubeClient,
  { spec }: JobManifest,
  pod: KubeObject,
  onOutput: (text: string) => unknown,
): Promise<number> {
  const { serviceAccountName, containers, volumes } = spec.template.spec;
  const [container] = containers;
  const { name, namespace = 'default' } = pod.metadata;
  const directory = join(cluster.directory, name);
  for (const volume of volumes) {
    await mkdir(join(directory, volume.name), { recursive: true });
    for (const { path, fieldRef } of volume.downwardAPI?.items ?? [])
      await writeFile(join(directory, volume.name, path), field(pod, fieldRef.fieldPath));
  }
  const terminationLog = join(directory, 'termination-log');
  await writeFile(terminationLog, '');
  const token = await cluster.serviceAccountToken(namespace, serviceAccountName);
  const env = {
    ...environment(container, pod, directory),
    PATH: process.env.PATH,
    HOME: directory,
    // What a node mounts at fixed places.
    KUBECONFIG: await cluster.kubeconfigFor({ token }),
    CALICO_UPGRADE_TERMINATION_LOG: terminationLog,
  };
  const startedAt = new Date();
  const args = [join(ROOT, 'jobs/main.ts'), ...container.args];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exitCode = await endOf(child, onOutput);
  const message = await readFile(terminationLog, 'utf8');
  await reportStatus(client, pod, container, { exitCode, message, startedAt });
  return exitCode;
}

/** The environment of the manifest, with the paths of mounted volumes as they are here. */
function environment({ env, volumeMounts }: Container, pod: KubeObject, directory: string) {
  const local = (value: string): string => {
    const mount = volumeMounts.find(({ mountPath }) => `${value}/`.startsWith(`${mountPath}/`));
    return mount ? join(directory, mount.name, value.slice(mount.mountPath.length)) : value;
  };
  return Object.fromEntries(
    env.map(({ name, value = '', valueFrom }) => [
      name,
      valueFrom ? field(pod, valueFrom.fieldRef.fieldPath) : local(value),
    ]),
  );
}

/** A field of the pod as the downward API shows it. */
function field({ metadata }: KubeObject, path: string): string {
  const value = metadata[path.replace(/^metadata\./, '')];
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map(([key, text]) => `${key}=${JSON.stringify(text)}\n`)
    .join('');
}

/** Passes on what the program writes, until it has ended; Ctrl-C ends it, too. */
async function endOf(child: ChildProcess, onOutput: (text: string) => unknown): Promise<number> {
  const takeBack = onExit(() => child.kill('SIGKILL'));
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  await once(child, 'close');
  takeBack();
  return child.exitCode ?? 1;
}

interface Ended {
  readonly exitCode: number;
  readonly message: string;
  readonly startedAt: Date;
}

/** Tells the API server how the container ended: the Job controller then completes the Job. */
async function reportStatus(client: KubeClient, pod: KubeObject, container: Container, ended: Ended) {
  const { exitCode, message, startedAt } = ended;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const times = { startedAt: startedAt.toISOString(), finishedAt: new Date().toISOString() };
  const status = {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode, reason, message, ...times } },
  };
  const { name, namespace } = pod.metadata;
  await client.request({
    method: 'PATCH',
    path: `${objectPath(PODS, name, namespace)}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [status] } },
  });
}
