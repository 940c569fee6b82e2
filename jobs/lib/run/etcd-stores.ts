import { readFile } from 'node:fs/promises';
import { type ApiConfig, apiConfigFromEnvironment, parseApiConfig } from '../calico/api-config.ts';
import type { ApiVersion } from '../calico/api-environment.ts';
import type { EtcdOptions } from '../etcd/options.ts';
import { DEFAULT_FILES, type StoreOptions } from './etcd-store-options.ts';
import { messageOf, wrongUsage } from './failure.ts';
import type { CommonOptions } from './options.ts';

/** How to reach one of the stores. Throws a usage failure that says what is wrong, and where. */
export async function storeConfig(options: StoreOptions, version: ApiVersion): Promise<ApiConfig> {
  const given = version === 'v1' ? options.apiconfigv1 : options.apiconfigv3;
  const path = given ?? DEFAULT_FILES[version];
  const text = await readText(path, given !== undefined);
  const read =
    text === undefined ? apiConfigFromEnvironment(process.env, version) : parseApiConfig(text, version, path);
  if (!read.ok) throw wrongUsage(`${read.reason}. ${adviceOf(version)}`);
  return read.config;
}

/** What the etcd clients need. Retries are bounded as those of every other request. */
export function etcdOptions(
  config: ApiConfig,
  { requestTimeout, retryTimeout }: CommonOptions,
  rest: Pick<EtcdOptions, 'signal' | 'onRetry'>,
): EtcdOptions {
  return {
    ...config,
    requestTimeoutMs: requestTimeout * 1000,
    retryTotalMs: retryTimeout * 1000,
    ...rest,
  };
}

function adviceOf(version: ApiVersion): string {
  const prefix = version === 'v1' ? 'APIV1_ETCD' : 'ETCD';
  return `Give --apiconfig${version} or ${prefix}_ENDPOINTS (etcd ${version === 'v1' ? 'v2' : 'v3'})`;
}

/** A file that was named must be there; the default file may be missing. */
async function readText(path: string, named: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && !named) return undefined;
    throw wrongUsage(`cannot read ${path}: ${messageOf(error)}`);
  }
}
