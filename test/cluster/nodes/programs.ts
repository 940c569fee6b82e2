import { ensureBinaries } from '../binaries.ts';
import { ensurePackages, findOnPath } from '../packages.ts';

/** Debian's packages that nodes need, beside what a control plane needs. */
export const NODE_PACKAGES: readonly string[] = [
  'containerd',
  'containernetworking-plugins',
  'docker-registry',
  'hostname',
  'iproute2',
  'iptables',
  'runc',
];

/** Paths of the programs that we start by their path. */
export interface NodePrograms {
  readonly kubelet: string;
  readonly registry: string;
}

/** Makes sure that all programs of nodes are there; installs those that are missing, and starts no daemon. */
export async function ensureNodePrograms(): Promise<NodePrograms> {
  await ensurePackages(NODE_PACKAGES, 'A cluster with nodes');
  const { kubelet } = await ensureBinaries();
  if (!kubelet) throw new Error('There is no kubelet beside the API server.');
  const registry = await findOnPath('docker-registry');
  if (!registry) throw new Error('The package docker-registry has no program docker-registry.');
  return { kubelet, registry };
}
