import type { RecordedRequest } from '../../faults/fault.ts';
import { type KubernetesRequest, kubernetesRequest } from '../../faults/kubernetes-request.ts';

/** What a write of the controller is for; `other` are its lock, Events and reviews of rights. */
export type WriteKind =
  | 'previous'
  | 'status'
  | 'job'
  | 'strategy'
  | 'template'
  | 'pull'
  | 'cordon'
  | 'delete'
  | 'uncordon'
  | 'end of pull'
  | 'release'
  | 'other';

/** The kinds in the order in which an upgrade within 2.6 comes to them, but for the status. */
export const WRITE_KINDS: readonly WriteKind[] = [
  ...(['previous', 'job', 'strategy', 'template', 'pull'] as const),
  ...(['cordon', 'delete', 'uncordon', 'end of pull', 'release'] as const),
];

/** What a request is for; undefined for one that only reads. */
export function writeKind({ method, path, body }: RecordedRequest): WriteKind | undefined {
  if (method === 'GET') return undefined;
  const target = kubernetesRequest(method, path);
  return target && kindOf(target, body);
}

function kindOf({ resource, verb, name = '' }: KubernetesRequest, body: string): WriteKind {
  switch (resource) {
    case 'calicoupgrades':
      return 'status';
    case 'jobs':
      return 'job';
    case 'daemonsets':
      if (verb === 'update') return 'template';
      return body.includes('"OnDelete"') ? 'strategy' : 'release';
    case 'nodes':
      return body.includes('"unschedulable":true') ? 'cordon' : 'uncordon';
    case 'pods':
      if (verb === 'create') return 'pull';
      return name.startsWith('calico-upgrade-pull') ? 'end of pull' : 'delete';
    case 'configmaps':
      return verb === 'create' && body.includes('calico-upgrade-previous') ? 'previous' : 'other';
    default:
      return 'other';
  }
}

/** What changes the cluster: neither lock, Events nor the status. */
export const changesCluster = (request: RecordedRequest): boolean =>
  ![undefined, 'other', 'status'].includes(writeKind(request));
