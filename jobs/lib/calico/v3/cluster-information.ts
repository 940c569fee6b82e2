import { isRecord } from '../../kubernetes/object.ts';
import { parseJson } from '../parse-json.ts';

/** Where Calico 3.0 keeps its version and the flag that lets it work (etcd v3 model, section 5). */
export const CLUSTER_INFORMATION_KEY = '/calico/resources/v3/projectcalico.org/clusterinformations/default';

export interface ClusterInformation {
  readonly calicoVersion: string | undefined;
  readonly datastoreReady: boolean | undefined;
}

/** What a stored ClusterInformation says; `undefined` where it is none. */
export function readClusterInformation(text: string | undefined): ClusterInformation | undefined {
  const spec = specOf(text);
  if (!spec) return undefined;
  const { calicoVersion, datastoreReady } = spec;
  return {
    calicoVersion: typeof calicoVersion === 'string' && calicoVersion !== '' ? calicoVersion : undefined,
    datastoreReady: typeof datastoreReady === 'boolean' ? datastoreReady : undefined,
  };
}

/** The same ClusterInformation with the flag set; everything else stays. `undefined` where it is none. */
export function withReady(text: string, datastoreReady: boolean): string | undefined {
  const spec = specOf(text);
  const object = parseJson(text);
  if (!spec || !isRecord(object)) return undefined;
  return JSON.stringify({ ...object, spec: { ...spec, datastoreReady } });
}

function specOf(text: string | undefined): Record<string, unknown> | undefined {
  const object = text === undefined ? undefined : parseJson(text);
  return isRecord(object) && isRecord(object.spec) ? object.spec : undefined;
}
