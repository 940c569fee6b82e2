import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { serviceRange, urlOf } from '../api-server.ts';
import type { Authority } from '../certs.ts';
import { type CommandResult, runCommand } from '../command.ts';
import type { Site } from '../control-plane.ts';
import { httpsClient } from '../https.ts';
import { apiServerServiceAddress } from '../keys.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import type { RunningProcess } from '../process.ts';
import type { Run } from '../run.ts';
import { waitUntil } from '../wait.ts';
import { createCgroups } from './cgroups.ts';
import type { Network } from './network.ts';
import { nodeFiles } from './node-files.ts';
import { type ClusterNode, type NetworkPlan, podNetwork } from './plan.ts';

/** What all nodes of a cluster have in common. */
export interface NodeSite extends Site {
  readonly network: Network;
  readonly registry: string;
  readonly pauseImage: string;
  readonly kubelet: string;
}

/** Starts a node; kubelet itself waits for the API server. */
export async function startNode(run: Run, site: NodeSite, node: ClusterNode): Promise<RunningProcess> {
  const directory = join(run.directory, 'nodes', node.name);
  await writeFiles(run, site, node, join(directory, 'etc'));
  const namespaces = ['--net', '--mount', '--pid', '--uts', '--ipc'];
  const child = run.start({
    name: node.name,
    command: 'unshare',
    args: [
      ...namespaces,
      '--fork',
      '--kill-child',
      '--mount-proc',
      join(import.meta.dirname, 'node-init.sh'),
    ],
    env: environment(site, node, directory),
  });
  await site.network.attach(node.name, child);
  return child;
}

/** Waits until the node has told the API server that it is ready, after a moment (in ms since 1970) if one is given. */
export async function waitForNode(
  site: Site,
  { name }: ClusterNode,
  child: RunningProcess,
  after = 0,
): Promise<void> {
  const client = httpsClient(urlOf(site.listener), site.keys.authority.cert, site.keys.admin);
  try {
    await waitUntil('its Ready condition', child, async () => {
      const { status, body } = await client.get(`/api/v1/nodes/${name}`);
      return status === 200 && isReady(JSON.parse(body), after);
    });
  } finally {
    await client.close();
  }
}

/** Runs a program in the namespaces of a node. */
export function runInNode({ pid }: RunningProcess, args: readonly string[]): Promise<CommandResult> {
  // The process that we started is outside of the PID namespace that it made.
  const pidNamespace = `--pid=/proc/${pid}/ns/pid_for_children`;
  const namespaces = ['--mount', '--net', '--uts', '--ipc', pidNamespace];
  return runCommand('nsenter', ['--target', String(pid), ...namespaces, '--', ...args]);
}

async function writeFiles(run: Run, site: NodeSite, node: ClusterNode, etc: string): Promise<void> {
  const { authority } = site.keys;
  const keys = await issueNodeKeys(authority, node);
  const { registry, pauseImage } = site;
  const cgroup = createCgroups(run, node.name);
  const files = nodeFiles({ node, registry, pauseImage, cgroup, ca: authority.cert, keys });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(etc, path)), { recursive: true });
    writeFileSync(join(etc, path), text);
  }
  writeKubeconfig(join(etc, 'kubernetes/kubelet.conf'), urlOf(site.listener), authority.cert, keys);
}

/** For kubelet as a server and as a client; the API server knows it as this node by user and group. */
function issueNodeKeys(authority: Authority, { name, address }: ClusterNode) {
  return authority.issue({
    file: `kubelet-${name}`,
    user: `system:node:${name}`,
    groups: ['system:nodes'],
    hosts: [name, address],
  });
}

function environment(site: NodeSite, node: ClusterNode, directory: string): NodeJS.ProcessEnv {
  const { listener, network, kubelet } = site;
  const { host, prefixLength }: NetworkPlan = network.plan;
  return {
    // Nothing of ours: a proxy in the environment would get what containerd asks the registry.
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    TMPDIR: '/var/tmp',
    KUBELET: kubelet,
    NODE_DIRECTORY: directory,
    NODE_NAME: node.name,
    NODE_ADDRESS: `${node.address}/${prefixLength}`,
    HOST_ADDRESS: host,
    POD_NETWORK: podNetwork,
    SERVICE_NETWORK: serviceRange,
    SERVICE_ADDRESS: `${apiServerServiceAddress}:443`,
    API_SERVER: `${listener.address}:${listener.port}`,
  };
}

function isReady(node: unknown, after: number): boolean {
  const status = isRecord(node) ? node.status : undefined;
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  const ready = conditions.filter(isRecord).find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && Date.parse(String(ready.lastHeartbeatTime)) > after;
}
