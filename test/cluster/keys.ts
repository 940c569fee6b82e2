import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Authority, createAuthority, createSigningKey, type KeyPair, loopbackHosts } from './certs.ts';

/** The keys and certificates that the control plane works with. */
export interface Keys {
  readonly authority: Authority;
  readonly apiServer: KeyPair;
  readonly kubeletClient: KeyPair;
  /** Signs what the API server forwards to aggregated API servers; users are signed by the other one. */
  readonly frontProxyAuthority: Authority;
  readonly frontProxy: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly admin: KeyPair;
  /** For servers of tests on this machine. */
  readonly localhost: KeyPair;
  readonly serviceAccounts: KeyPair;
}

const administrators = ['system:masters'];

/** The address of the Service `kubernetes`, which pods use. */
export const apiServerServiceAddress = '10.96.0.1';

/** The names under which the API server is reached, also from pods. */
const apiServerHosts = [
  ...loopbackHosts,
  apiServerServiceAddress,
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** Makes all of them in a new directory. The API server is known by further names, for example addresses. */
export async function createKeys(directory: string, hosts: readonly string[] = []): Promise<Keys> {
  mkdirSync(directory);
  const frontProxyDirectory = join(directory, 'front-proxy');
  mkdirSync(frontProxyDirectory);
  const [authority, frontProxyAuthority] = await Promise.all([
    createAuthority(directory),
    createAuthority(frontProxyDirectory),
  ]);
  const component = (file: string) => authority.issue({ file, user: `system:${file}`, hosts: loopbackHosts });
  const [apiServer, kubeletClient, frontProxy, controllerManager, scheduler, admin, localhost] =
    await Promise.all([
      authority.issue({ file: 'apiserver', user: 'kube-apiserver', hosts: [...apiServerHosts, ...hosts] }),
      authority.issue({
        file: 'kubelet-client',
        user: 'kube-apiserver-kubelet-client',
        groups: administrators,
      }),
      frontProxyAuthority.issue({ file: 'client', user: 'front-proxy-client' }),
      component('kube-controller-manager'),
      component('kube-scheduler'),
      authority.issue({ file: 'admin', user: 'admin', groups: administrators }),
      authority.issue({ file: 'localhost', user: 'localhost', hosts: loopbackHosts }),
    ]);
  const serviceAccounts = createSigningKey(directory, 'sa');
  return {
    ...{ authority, frontProxyAuthority, apiServer, kubeletClient, frontProxy, controllerManager, scheduler },
    ...{ admin, localhost, serviceAccounts },
  };
}
