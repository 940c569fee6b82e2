import { join } from 'node:path';
import type { ApiServer } from './api-server.ts';
import type { KeyPair } from './certs.ts';
import { httpsClient } from './https.ts';
import type { Keys } from './keys.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { freePort } from './ports.ts';
import type { RunningProcess } from './process.ts';
import type { Run } from './run.ts';
import { waitUntil } from './wait.ts';

/** A client of the API server with a health endpoint: controller manager or scheduler. */
interface Controller {
  readonly name: 'kube-controller-manager' | 'kube-scheduler';
  readonly command: string;
  readonly identity: KeyPair;
  readonly flags: readonly string[];
}

/** Starts the controller manager and waits until it is healthy. */
export function startControllerManager(
  run: Run,
  command: string,
  server: ApiServer,
  keys: Keys,
  furtherFlags: readonly string[],
): Promise<RunningProcess> {
  const { authority, controllerManager: identity, serviceAccounts } = keys;
  const flags = [
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${serviceAccounts.key}`,
    `--root-ca-file=${authority.cert}`,
    `--cluster-signing-cert-file=${authority.cert}`,
    `--cluster-signing-key-file=${authority.key}`,
    ...furtherFlags,
  ];
  return startController(
    run,
    { name: 'kube-controller-manager', command, identity, flags },
    server,
    authority.cert,
  );
}

/** Starts the scheduler and waits until it is healthy. */
export function startScheduler(
  run: Run,
  command: string,
  server: ApiServer,
  keys: Keys,
): Promise<RunningProcess> {
  const { authority, scheduler: identity } = keys;
  return startController(
    run,
    { name: 'kube-scheduler', command, identity, flags: [] },
    server,
    authority.cert,
  );
}

async function startController(
  run: Run,
  controller: Controller,
  server: ApiServer,
  ca: string,
): Promise<RunningProcess> {
  const { name, command, identity } = controller;
  const kubeconfig = join(run.directory, `${name}.kubeconfig`);
  writeKubeconfig(kubeconfig, server.url, ca, identity);
  const port = await freePort();
  const args = [...commonFlags(kubeconfig, port, identity), ...controller.flags];
  const child = run.start({ name, command, args });
  const client = httpsClient(`https://127.0.0.1:${port}`, ca);
  try {
    await waitUntil('its /healthz', child, async () => (await client.get('/healthz')).status === 200);
    return child;
  } finally {
    await client.close();
  }
}

function commonFlags(kubeconfig: string, port: number, identity: KeyPair): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    '--port=0', // the plain-HTTP port is fixed: two clusters would fight for it
    `--secure-port=${port}`,
    `--tls-cert-file=${identity.cert}`,
    `--tls-private-key-file=${identity.key}`,
    '--leader-elect=false',
    // The usual limits make the controllers wait for each other for seconds at start.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}
