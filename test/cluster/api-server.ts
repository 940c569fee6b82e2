import type { Etcd } from './etcd.ts';
import { httpsClient } from './https.ts';
import type { Keys } from './keys.ts';
import type { RunningProcess } from './process.ts';
import type { Run } from './run.ts';
import { waitUntil } from './wait.ts';

export interface ApiServer {
  readonly url: string;
  readonly process: RunningProcess;
}

/** Where an API server listens. */
export interface Listener {
  readonly address: string;
  readonly port: number;
}

/** The range of the addresses of Services; the API server's own is its first one. */
export const serviceRange = '10.96.0.0/16';

/** The URL of an API server that listens there. */
export function urlOf({ address, port }: Listener): string {
  return `https://${address}:${port}`;
}

/** Starts a kube-apiserver; it is usable only after `waitForApiServer`. */
export function startApiServer(
  run: Run,
  command: string,
  listener: Listener,
  etcd: Etcd,
  keys: Keys,
  flags: readonly string[],
): ApiServer {
  const own = [...servingFlags(listener), ...etcdFlags(etcd), ...identityFlags(keys), ...featureFlags];
  const process = run.start({ name: 'kube-apiserver', command, args: [...own, ...flags] });
  return { url: urlOf(listener), process };
}

/** Waits until every start-up hook of the API server has run. */
export async function waitForApiServer(server: ApiServer, keys: Keys): Promise<void> {
  const client = httpsClient(server.url, keys.authority.cert, keys.admin);
  try {
    await waitUntil('its /readyz', server.process, async () => (await client.get('/readyz')).status === 200);
  } finally {
    await client.close();
  }
}

function servingFlags({ address, port }: Listener): string[] {
  return [
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    // A loopback address is not allowed in Endpoints.
    `--endpoint-reconciler-type=${address.startsWith('127.') ? 'none' : 'lease'}`,
    `--secure-port=${port}`,
    `--service-cluster-ip-range=${serviceRange}`,
  ];
}

function etcdFlags({ endpoint, tls }: Etcd): string[] {
  const servers = `--etcd-servers=${endpoint}`;
  if (!tls) return [servers];
  return [servers, `--etcd-cafile=${tls.ca}`, `--etcd-certfile=${tls.cert}`, `--etcd-keyfile=${tls.key}`];
}

function identityFlags(keys: Keys): string[] {
  return [
    `--tls-cert-file=${keys.apiServer.cert}`,
    `--tls-private-key-file=${keys.apiServer.key}`,
    `--client-ca-file=${keys.authority.cert}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${keys.serviceAccounts.cert}`,
    `--service-account-signing-key-file=${keys.serviceAccounts.key}`,
    `--kubelet-client-certificate=${keys.kubeletClient.cert}`,
    `--kubelet-client-key=${keys.kubeletClient.key}`,
    `--kubelet-certificate-authority=${keys.authority.cert}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${keys.frontProxyAuthority.cert}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${keys.frontProxy.cert}`,
    `--proxy-client-key-file=${keys.frontProxy.key}`,
  ];
}

const featureFlags = [
  '--authorization-mode=Node,RBAC',
  '--enable-admission-plugins=NodeRestriction',
  '--allow-privileged=true',
  // Kubernetes 1.7 serves thirdpartyresources there: the group is free for our own server of them.
  '--runtime-config=extensions/v1beta1=false',
  '--feature-gates=RemoveSelfLink=false', // 1.7 sends self links
  '--profiling=false',
];
