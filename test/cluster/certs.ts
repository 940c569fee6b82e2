import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { runOrFail } from './command.ts';

/** Paths of PEM files. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  /** The files' name, without extension. */
  readonly file: string;
  /** The common name, which is the user for an API server. */
  readonly user: string;
  /** The organizations, which are the user's groups. */
  readonly groups?: readonly string[];
  /** Host names and IP addresses that it serves. */
  readonly hosts?: readonly string[];
}

/** A certificate authority; its own key and certificate are `key` and `cert`. */
export interface Authority extends KeyPair {
  /** Makes a key and a certificate that is good for servers and clients. */
  issue(request: CertificateRequest): Promise<KeyPair>;
}

/** Names of this machine's loopback interface. */
export const loopbackHosts = ['localhost', '127.0.0.1', '::1'];

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '365'];

function subject({ user, groups = [] }: Pick<CertificateRequest, 'user' | 'groups'>): string {
  const escaped = (value: string) => value.replaceAll(/[\\/+]/g, '\\$&');
  return [...groups.map(group => `/O=${escaped(group)}`), `/CN=${escaped(user)}`].join('');
}

function alternativeNames(hosts: readonly string[]): string[] {
  if (hosts.length === 0) return [];
  const names = hosts.map(host => (isIP(host) ? `IP:${host}` : `DNS:${host}`));
  return ['-addext', `subjectAltName=${names.join(',')}`];
}

/** Makes a certificate authority whose files are in the directory. P-256: RSA keys would take seconds. */
export async function createAuthority(directory: string, name = 'ca'): Promise<Authority> {
  // Without our own, openssl adds the extensions that the machine's configuration names.
  const config = join(directory, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name = subject\n[subject]\n');
  const make = async (request: CertificateRequest, options: readonly string[]): Promise<KeyPair> => {
    const key = join(directory, `${request.file}.key`);
    const cert = join(directory, `${request.file}.crt`);
    const files = ['-config', config, '-keyout', key, '-out', cert, '-subj', subject(request)];
    await runOrFail('openssl', ['req', '-x509', ...newKey, ...files, ...options]);
    return { key, cert };
  };
  const ca = await make({ file: name, user: `calico-upgrade test ${name}` }, [
    ...['-addext', 'basicConstraints=critical,CA:TRUE'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
  ]);
  return {
    ...ca,
    issue: request =>
      make(request, [
        ...['-CA', ca.cert, '-CAkey', ca.key],
        ...['-addext', 'basicConstraints=CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
        ...alternativeNames(request.hosts ?? []),
      ]),
  };
}

/** A key pair to sign service-account tokens with: `cert` is the bare public key. */
export function createSigningKey(directory: string, file: string): KeyPair {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const paths = { key: join(directory, `${file}.key`), cert: join(directory, `${file}.pub`) };
  writeFileSync(paths.key, pair.privateKey, { mode: 0o600 });
  writeFileSync(paths.cert, pair.publicKey);
  return paths;
}
