import type { FieldProblem } from '../v3/field-problem.ts';
import type { WorkloadEndpointSpec } from '../v3/workload-endpoint.ts';
import { convertName } from './names.ts';

/** What a workload endpoint belongs to, and the name that follows from it. */
export interface WorkloadIdentity {
  /** Empty where Kubernetes' workload begins with a dot. */
  readonly namespace: string;
  readonly name: string;
  /** The first fields of the spec, in Go's order. */
  readonly owner: Pick<
    WorkloadEndpointSpec,
    'orchestrator' | 'workload' | 'node' | 'containerID' | 'pod' | 'endpoint'
  >;
}

/** The parts of the key: `node` and `endpoint` as v3 names them, the others as they are. */
export interface WorkloadKey {
  readonly node: string;
  readonly orchestrator: string;
  readonly workload: string;
  readonly endpoint: string;
}

/**
 * The identity of a workload endpoint, by orchestrator (conversion reference, section 3.8), or why it has none.
 * @param instance `active_instance_id`, which is for Kubernetes the container
 */
export function workloadIdentity(
  key: WorkloadKey,
  instance: string,
): WorkloadIdentity | { readonly problems: readonly FieldProblem[] } {
  const { node, workload, endpoint } = key;
  switch (key.orchestrator) {
    case 'k8s': {
      const dot = workload.indexOf('.');
      if (dot < 0) return { problems: [noPod(workload)] };
      const pod = workload.slice(dot + 1);
      const container = instance !== '' && { containerID: instance };
      const owner = { orchestrator: 'k8s', node, ...container, pod, endpoint };
      return named(workload.slice(0, dot), owner, 'pod');
    }
    case 'cni':
      return named('default', { orchestrator: 'cni', node, containerID: workload, endpoint }, 'containerID');
    case 'libnetwork':
      return named(
        'default',
        { orchestrator: 'libnetwork', workload: 'libnetwork', node, endpoint },
        'workload',
      );
    default: {
      const orchestrator = convertName(key.orchestrator);
      return named('default', { orchestrator, workload: convertName(workload), node, endpoint }, 'workload');
    }
  }
}

/** The name is four segments joined with dashes; dashes within them are doubled. */
function named(
  namespace: string,
  owner: WorkloadIdentity['owner'],
  of: 'pod' | 'containerID' | 'workload',
): WorkloadIdentity | { readonly problems: readonly FieldProblem[] } {
  const fields = ['node', 'orchestrator', of, 'endpoint'] as const;
  const problems = fields.flatMap(field => segmentProblems(field, owner[field] ?? ''));
  if (problems.length > 0) return { problems };
  const segments = fields.map(field => (owner[field] ?? '').replaceAll('-', '--'));
  return { namespace, name: segments.join('-'), owner };
}

function segmentProblems(field: string, segment: string): FieldProblem[] {
  if (segment !== '' && !segment.startsWith('-') && !segment.endsWith('-')) return [];
  const reason =
    segment === ''
      ? "is empty, expected a part of the endpoint's name"
      : `is '${segment}', expected no '-' at either end of a part of the endpoint's name`;
  return [
    {
      field: `spec.${field}`,
      reason,
      fix: 'Delete the endpoint in etcd v2, or create it under another name',
    },
  ];
}

const noPod = (workload: string): FieldProblem => ({
  field: '',
  reason: `belongs to the workload '${workload}', expected '<namespace>.<pod>' for Kubernetes`,
  fix: 'Delete the endpoint in etcd v2: it was not made by the CNI plugin',
});
