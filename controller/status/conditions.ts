import type { Condition, Phase, UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';

type Fact = Omit<Condition, 'lastTransitionTime'>;

const AT_WORK: readonly Phase[] = ['Progressing', 'RollingBack'];

/**
 * What `kubectl wait --for=condition=Complete` and monitoring look at. `lastTransitionTime` (RFC 3339) is that of the
 * previous conditions while a condition's status is the same.
 */
export function conditionsOf(status: UpgradeStatus, previous: readonly Condition[], now: Date): Condition[] {
  return [planned(status), progressing(status), complete(status), degraded(status)].map(fact => {
    const before = previous.find(({ type }) => type === fact.type);
    const lastTransitionTime = before?.status === fact.status ? before.lastTransitionTime : secondsOf(now);
    return { ...fact, lastTransitionTime };
  });
}

/** RFC 3339 without fractions, as Kubernetes writes times. */
export const secondsOf = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

function planned({ phase, message, from, target, steps }: UpgradeStatus): Fact {
  const type = 'Planned';
  if (phase === 'Invalid') return { type, status: 'False', reason: 'Invalid', message };
  if (steps === undefined) return { type, status: 'False', reason: 'NoPlan', message };
  return { type, status: 'True', reason: 'Planned', message: `Calico ${from ?? '?'} to ${target ?? '?'}` };
}

const progressing = ({ phase, message }: UpgradeStatus): Fact => ({
  type: 'Progressing',
  status: AT_WORK.includes(phase) ? 'True' : 'False',
  reason: phase,
  message,
});

const complete = ({ phase, message }: UpgradeStatus): Fact => ({
  type: 'Complete',
  status: phase === 'Complete' ? 'True' : 'False',
  reason: phase,
  message: phase === 'Complete' ? message : '',
});

function degraded({ phase, message, nodes }: UpgradeStatus): Fact {
  const type = 'Degraded';
  const of = (count: number): string => `${count} of ${nodes?.total ?? count} nodes`;
  if (phase === 'Invalid' || phase === 'Stopped') return { type, status: 'True', reason: phase, message };
  if (nodes && nodes.failed > 0)
    return { type, status: 'True', reason: 'NodesFailed', message: `${of(nodes.failed)} failed` };
  if (nodes && nodes.skipped > 0)
    return { type, status: 'True', reason: 'NodesSkipped', message: `${of(nodes.skipped)} are left out` };
  return { type, status: 'False', reason: 'AsExpected', message: '' };
}
