import { fingerprint } from '../../jobs/lib/calico/upgrade/fingerprint.ts';
import { readStatus, type UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { readSpec, type UpgradeSpec } from '../api/spec.ts';

/** An upgrade whose spec can be acted on. */
export interface Actionable {
  readonly upgrade: KubeObject;
  readonly spec: UpgradeSpec;
}

/** Which upgrade is at work, and what to say of the others. */
export interface Choice {
  readonly active: Actionable | undefined;
  /** Whether all are over, `active`, too. */
  readonly isOver: boolean;
  readonly invalid: readonly { readonly upgrade: KubeObject; readonly problems: readonly string[] }[];
  readonly waiting: readonly KubeObject[];
}

/**
 * Never two at once: the oldest that is not over. When all are over, the one that ended last keeps its eye on nodes that were
 * away. An invalid one is never acted on, and holds up nobody.
 */
export function chooseUpgrade(upgrades: Iterable<KubeObject>): Choice {
  const read = [...upgrades].sort(byAge).map(upgrade => ({ upgrade, read: readSpec(upgrade.spec) }));
  const invalid = read.flatMap(({ upgrade, read: { ...result } }) =>
    'problems' in result ? [{ upgrade, problems: result.problems }] : [],
  );
  const valid = read.flatMap(({ upgrade, read: { ...result } }) =>
    'spec' in result ? [{ upgrade, spec: result.spec }] : [],
  );
  const open = valid.filter(one => !isOver(one));
  const [active = valid.at(-1), ...waiting] = open;
  return { active, isOver: open.length === 0, invalid, waiting: waiting.map(({ upgrade }) => upgrade) };
}

function byAge(a: KubeObject, b: KubeObject): number {
  const age = ({ metadata }: KubeObject): string => `${String(metadata.creationTimestamp)} ${metadata.name}`;
  return age(a) < age(b) ? -1 : 1;
}

/** Over, unless its spec asks for something that was not done. One that went back by itself is as long as nobody changes its spec. */
function isOver({ upgrade, spec }: Actionable): boolean {
  const status = readStatus(upgrade.status);
  if (status?.phase === 'RolledBack')
    return spec.rollback || status.observedSpec === fingerprint(upgrade.spec);
  if (status?.phase !== 'Complete' || spec.rollback) return false;
  return !(spec.approvals.includes('clean-up') && isPending(status, 'clean-up'));
}

const isPending = ({ steps = [] }: UpgradeStatus, name: string): boolean =>
  steps.some(step => step.name === name && step.state !== 'Done' && step.state !== 'NotNeeded');
