import type { KubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import { isRecord } from './object.ts';
import { groupPath, type Resource } from './resource.ts';

/** The kinds that an API server serves, each group and version asked for once. */
export interface Kinds {
  /** The kind in exactly this version; undefined where it is not served. A kind that was not there is asked for anew. */
  resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined>;
}

/** Looks kinds up by discovery, for as long as one run. */
export function discoverKinds(client: KubeClient): Kinds {
  const known = new Map<string, Promise<readonly Resource[]>>();
  const ask = (apiVersion: string): Promise<readonly Resource[]> => {
    const asked = kindsOf(client, apiVersion);
    known.set(apiVersion, asked);
    asked.catch(() => known.delete(apiVersion));
    return asked;
  };
  return {
    async resourceOf(apiVersion, kind) {
      const before = await known.get(apiVersion);
      const isKind = (resource: Resource): boolean => resource.kind === kind;
      return before?.find(isKind) ?? (await ask(apiVersion)).find(isKind);
    },
  };
}

async function kindsOf(client: KubeClient, apiVersion: string): Promise<readonly Resource[]> {
  const { group, version } = groupAndVersion(apiVersion);
  try {
    const answer = await client.request({ method: 'GET', path: groupPath(group, version) });
    const resources = isRecord(answer) && Array.isArray(answer.resources) ? answer.resources : [];
    return resources
      .filter(isRecord)
      .filter(({ name }) => !String(name).includes('/'))
      .map(({ name, kind, namespaced }) => ({
        group,
        version,
        plural: String(name),
        kind: String(kind),
        namespaced: namespaced === true,
      }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The parts of an `apiVersion`; the core group is ''. */
export function groupAndVersion(apiVersion: string): Pick<Resource, 'group' | 'version'> {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
}
