/** `v1` is etcd v2 with the data of Calico 2.6, `v3` is etcd v3 with that of 3.0. */
export type ApiVersion = 'v1' | 'v3';

/** The fields of a CalicoAPIConfig that are about etcd, with their environment variables. */
export const SPEC_FIELDS = {
  datastoreType: 'DATASTORE_TYPE',
  etcdScheme: 'ETCD_SCHEME',
  etcdAuthority: 'ETCD_AUTHORITY',
  etcdEndpoints: 'ETCD_ENDPOINTS',
  etcdUsername: 'ETCD_USERNAME',
  etcdPassword: 'ETCD_PASSWORD',
  etcdKeyFile: 'ETCD_KEY_FILE',
  etcdCertFile: 'ETCD_CERT_FILE',
  etcdCACertFile: 'ETCD_CA_CERT_FILE',
} as const;

export type SpecField = keyof typeof SPEC_FIELDS;

/** What stands before the name of a variable. */
export const PREFIXES: Readonly<Record<ApiVersion, string>> = { v1: 'APIV1_', v3: '' };

/** The variable of a field: with `CALICO_` before its name, which comes first, or without. Empty is as good as unset. */
export function variable(env: NodeJS.ProcessEnv, version: ApiVersion, field: SpecField): string | undefined {
  const name = `${PREFIXES[version]}${SPEC_FIELDS[field]}`;
  return env[`CALICO_${name}`]?.trim() || env[name]?.trim() || undefined;
}

/** The passwords that are in the environment, which no output may show. */
export function environmentSecrets(env: NodeJS.ProcessEnv): readonly string[] {
  const names = [...Object.values(PREFIXES)].flatMap(prefix => [
    `CALICO_${prefix}${SPEC_FIELDS.etcdPassword}`,
    `${prefix}${SPEC_FIELDS.etcdPassword}`,
  ]);
  return names.map(name => env[name]?.trim() ?? '').filter(Boolean);
}
