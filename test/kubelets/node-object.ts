import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { NodeFacts, Taint } from './facts.ts';

const LOST_TAINT = 'node.kubernetes.io/unreachable';

/** A Node as a kubelet registers it, Ready. The API server reaches its kubelet at that port of the loopback address. */
export function nodeObject(
  name: string,
  labels: Readonly<Record<string, string>>,
  kubeletPort: number,
  now: string,
): KubeObject {
  const os = { 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/os': 'linux' };
  const resources = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '50Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...os, ...labels } },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: nodeConditions(true, now),
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        ...{ machineID: name, systemUUID: name, bootID: name, kernelVersion: '5.10.0' },
        ...{ osImage: 'Debian GNU/Linux 12 (bookworm)', containerRuntimeVersion: 'containerd://1.6.20' },
        ...{ kubeletVersion: 'v1.20.2', kubeProxyVersion: 'v1.20.2' },
        ...{ operatingSystem: 'linux', architecture: 'amd64' },
      },
    },
  };
}

/** Ready as the kubelet says it, or Unknown as the control plane says it of a node that is silent. */
export function nodeConditions(ready: boolean, now: string) {
  const times = { lastHeartbeatTime: now, lastTransitionTime: now };
  if (ready) {
    const told = { reason: 'KubeletReady', message: 'kubelet is posting ready status' };
    return [{ type: 'Ready', status: 'True', ...told, ...times }];
  }
  const told = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
  return [{ type: 'Ready', status: 'Unknown', ...told, ...times }];
}

/** The taints of a node that is there, or silent; those of others stay. */
export function nodeTaints(taints: readonly Taint[], ready: boolean): readonly Taint[] {
  const others = taints.filter(({ key }) => key !== LOST_TAINT);
  if (ready) return others;
  return [...others, ...['NoSchedule', 'NoExecute'].map(effect => ({ key: LOST_TAINT, effect }))];
}

/** The address in the network that the n-th node is said to have, from 0. */
export function nodeAddress(index: number): string {
  const number = index + 11;
  return `10.88.${number >> 8}.${number & 255}`;
}

/** The taints that keep pods away: also those that the control plane makes of a cordon. */
export function taintsOf({ taints, cordoned }: NodeFacts): readonly Taint[] {
  return cordoned ? [...taints, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] : taints;
}
