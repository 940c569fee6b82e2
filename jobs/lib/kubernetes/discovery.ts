import type { KubeClient } from './client.ts';
import { ApiError, isNotFound } from './errors.ts';
import { isRecord } from './object.ts';
import { groupPath, type Resource } from './resource.ts';

/** What the API server is, as `GET /version` says it. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly gitVersion: string;
}

/** The version of the API server; `minor` is a number also where a vendor writes `7+`. */
export async function serverVersion(client: KubeClient): Promise<ServerVersion> {
  const answer = await client.request({ method: 'GET', path: '/version' });
  if (!isRecord(answer) || typeof answer.gitVersion !== 'string') {
    throw new ApiError({
      status: 0,
      reason: '',
      request: 'GET /version',
      message: 'no version in the answer',
    });
  }
  return {
    major: Number.parseInt(String(answer.major), 10),
    minor: Number.parseInt(String(answer.minor), 10),
    gitVersion: answer.gitVersion,
  };
}

/** The names of the resources (plural) that a group and version serves; empty where it is not served. */
export async function servedResources(
  client: KubeClient,
  group: string,
  version: string,
): Promise<ReadonlySet<string>> {
  try {
    const answer = await client.request({ method: 'GET', path: groupPath(group, version) });
    const resources = isRecord(answer) && Array.isArray(answer.resources) ? answer.resources : [];
    return new Set(resources.filter(isRecord).map(({ name }) => String(name)));
  } catch (error) {
    if (isNotFound(error)) return new Set();
    throw error;
  }
}

/** The first of several forms of a kind that the server has; never decided by its version number. */
export async function firstServed<R extends Resource>(
  client: KubeClient,
  candidates: readonly R[],
): Promise<R | undefined> {
  for (const candidate of candidates) {
    const served = await servedResources(client, candidate.group, candidate.version);
    if (served.has(candidate.plural)) return candidate;
  }
  return undefined;
}
