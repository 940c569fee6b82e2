import { type BgpSession, birdAnswer } from './bird.ts';
import type { ExecRequest, ExecResult } from './exec-server.ts';
import type { Nodes } from './nodes.ts';
import type { Pods } from './pods.ts';

/** What a command prints in a container that runs at this moment; any but birdcl is not found there. */
export function execAnswer(
  { namespace, pod: name, container, command }: ExecRequest,
  pods: Pods,
  nodes: Nodes,
  nowMs: number,
): ExecResult | undefined {
  const player = pods.find(namespace, name);
  const node = nodes.get(player?.pod().node ?? '');
  const view = player?.containers().find(own => own.name === container);
  if (!player || !node?.alive || view?.state.is !== 'running') return undefined;
  const { exec = 'works', bird = {} } = player.behaviour;
  const since = player.readySinceMs();
  const stdout = birdAnswer(command, {
    sessions: bird.sessions ?? nodes.neighbours(node).map(({ address }) => meshSession(address)),
    recoveryMs: bird.recoveryMs ?? 0,
    readyForMs: since === undefined ? (bird.runsUnready ? 0 : undefined) : nowMs - since,
  });
  if (exec === 'works' && stdout === undefined) return { outcome: NOT_FOUND, stdout: '' };
  return { outcome: exec, stdout: stdout ?? '' };
}

const NOT_FOUND = 127;

function meshSession(address: string): BgpSession {
  return { name: `Mesh_${address.replaceAll('.', '_')}` };
}
