import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { runCommand, runOrFail } from '../command.ts';
import { withLock } from '../lock.ts';
import { cacheDirectory } from '../paths.ts';
import type { RunningProcess } from '../process.ts';
import type { Run } from '../run.ts';
import { traceName } from '../traces.ts';
import { waitUntil } from '../wait.ts';
import { type NetworkPlan, planNetwork } from './plan.ts';

/** The switch that joins the nodes with this machine. */
export interface Network {
  readonly plan: NetworkPlan;
  /** Gives a process with a network namespace of its own an `eth0` in this network. */
  attach(name: string, member: RunningProcess): Promise<void>;
  /** Takes it away; the kernel does so too, but some time after the end of the process. */
  detach(name: string): Promise<void>;
}

/**
 * Makes the network of a cluster. Its bridge is in a network namespace of its own, which ends with the process that is
 * in it: so nothing is left when we are killed, and no firewall of this machine is between the nodes. One link leads
 * to this machine, which forwards nothing: what is in the network cannot get out.
 */
export async function createNetwork(run: Run, nodeCount: number): Promise<Network> {
  const args = ['--net', '--fork', '--kill-child', 'sleep', 'infinity'];
  const bridge = run.start({ name: 'network', command: 'unshare', args });
  await waitForNamespace(bridge);
  await ipInside(bridge, ['link set lo up', 'link add bridge type bridge', 'link set bridge up']);
  const plan = await underLock(async () => {
    const plan = planNetwork(nodeCount, ownAddresses());
    await linkToHost(bridge, traceName(run.directory), plan);
    return plan;
  });
  return {
    plan,
    attach: (name, member) => attach(bridge, name, member),
    detach: name => detach(bridge, name),
  };
}

/** Waits until a process that `unshare` starts is in a network namespace of its own. */
export async function waitForNamespace(child: RunningProcess): Promise<void> {
  const own = readlinkSync('/proc/self/ns/net');
  await waitUntil('its network namespace', child, async () => {
    const namespace = readlinkSync(`/proc/${child.pid}/ns/net`);
    return namespace !== own;
  });
}

/** Two clusters that start at once must not choose the same addresses. */
function underLock<T>(action: () => Promise<T>): Promise<T> {
  return withLock(join(cacheDirectory(), 'network.lock'), () => {}, action);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(addresses =>
    (addresses ?? []).flatMap(({ family, cidr }) => (family === 'IPv4' && cidr ? [cidr] : [])),
  );
}

async function linkToHost(bridge: RunningProcess, link: string, plan: NetworkPlan): Promise<void> {
  await ip([
    `link add ${link} type veth peer name host netns ${bridge.pid}`,
    `addr add ${plan.host}/${plan.prefixLength} dev ${link}`,
    `link set ${link} up`,
  ]);
  await ipInside(bridge, ['link set host master bridge up']);
}

async function attach(bridge: RunningProcess, name: string, member: RunningProcess): Promise<void> {
  await waitForNamespace(member);
  await ipInside(bridge, [
    `link add ${name} type veth peer name eth0 netns ${member.pid}`,
    `link set ${name} master bridge up`,
  ]);
}

async function detach({ pid }: RunningProcess, name: string): Promise<void> {
  await runCommand('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', 'link', 'del', name]);
}

function ip(commands: readonly string[]): Promise<string> {
  return runOrFail('ip', ['-batch', '-'], { input: commands.join('\n') });
}

function ipInside({ pid }: RunningProcess, commands: readonly string[]): Promise<string> {
  const input = commands.join('\n');
  return runOrFail('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', '-batch', '-'], { input });
}
