import { readFileSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { KeyPair } from './certs.ts';

/** Who a kubeconfig makes its reader. */
export type Credentials = KeyPair | { readonly token: string };

function base64Of(path: string): string {
  return readFileSync(path).toString('base64');
}

function userEntry(credentials: Credentials): Record<string, string> {
  if ('token' in credentials) return { token: credentials.token };
  return {
    'client-certificate-data': base64Of(credentials.cert),
    'client-key-data': base64Of(credentials.key),
  };
}

/** Writes a kubeconfig that needs no other file. `ca` is a path. */
export function writeKubeconfig(path: string, server: string, ca: string, credentials: Credentials): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64Of(ca) } }],
    users: [{ name: 'test', user: userEntry(credentials) }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  writeFileSync(path, dump(config), { mode: 0o600 });
  return path;
}
