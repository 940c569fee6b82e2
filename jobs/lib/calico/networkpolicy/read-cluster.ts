import { isBeingDeleted, isRecord, type KubeObject } from '../../kubernetes/object.ts';
import type { ContainerPort, Pod } from './cluster.ts';

/** The pod, as far as policies look at it; undefined where it has ended and is only a record. */
export function readPod({ metadata, spec, status }: KubeObject): Pod | undefined {
  const phase = isRecord(status) ? status.phase : undefined;
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const containers = isRecord(spec) && Array.isArray(spec.containers) ? spec.containers : [];
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels ?? {},
    hostNetwork: isRecord(spec) && spec.hostNetwork === true,
    ports: containers.filter(isRecord).flatMap(({ ports }) => readPorts(ports)),
  };
}

function readPorts(ports: unknown): readonly ContainerPort[] {
  if (!Array.isArray(ports)) return [];
  return ports.filter(isRecord).flatMap(({ name, protocol, containerPort }) =>
    typeof containerPort === 'number'
      ? [
          {
            name: typeof name === 'string' ? name : undefined,
            protocol: typeof protocol === 'string' ? protocol : 'TCP',
            port: containerPort,
          },
        ]
      : [],
  );
}

/** Whether a Namespace is being deleted: nothing can be created in it any more. */
export function isTerminating(namespace: KubeObject): boolean {
  const phase = isRecord(namespace.status) ? namespace.status.phase : undefined;
  return phase === 'Terminating' || isBeingDeleted(namespace);
}
