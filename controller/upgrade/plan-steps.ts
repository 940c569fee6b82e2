import { isAtLeast } from '../../jobs/lib/calico/calico-version.ts';
import type { Detected } from '../../jobs/lib/calico/upgrade/detected.ts';
import { planUpgrade } from '../../jobs/lib/calico/upgrade/plan.ts';
import { saidReleaseProblem } from '../../jobs/lib/calico/upgrade/said-release.ts';
import type { StepStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { Step } from '../../jobs/lib/calico/upgrade/steps.ts';
import type { UpgradeSpec } from '../api/spec.ts';

/** The steps of an upgrade and where it begins; or why there is none, a sentence each. */
export type Planned =
  | { readonly from: string; readonly steps: readonly StepStatus[] }
  | { readonly problems: readonly string[] };

/**
 * What an upgrade has to do, as `planUpgrade` says it, within what the spec wants of it. `isChanged`: an upgrade has changed the DaemonSet
 * already, so that images do not tell any more what ran before.
 */
export function planSteps(detected: Detected, spec: UpgradeSpec, isChanged = false): Planned {
  const saidWrong = isChanged ? undefined : fromVersionProblem(detected, spec);
  if (saidWrong !== undefined) return { problems: [saidWrong] };
  const plan = planUpgrade(detected, spec.targetVersion);
  if ('problems' in plan) return plan;
  const from = plan.from.lowest;
  const problems = componentProblems(from, spec);
  if (problems.length > 0) return { problems };
  const steps = plan.steps.map(step => restricted(step, detected, spec));
  const last = steps.findIndex(({ name }) => name === 'clean-up');
  const addOns: StepStatus =
    spec.addOns.length === 0
      ? { name: 'add-ons', state: 'NotNeeded', reason: 'spec.addOns names none' }
      : { name: 'add-ons', state: 'Pending', reason: `spec.addOns names ${spec.addOns.length}` };
  return { from, steps: [...steps.slice(0, last), addOns, ...steps.slice(last)] };
}

function fromVersionProblem(
  { releases }: Detected,
  { fromVersion, targetVersion }: UpgradeSpec,
): string | undefined {
  return (
    fromVersion &&
    saidReleaseProblem(releases, { release: fromVersion, option: 'spec.fromVersion' }, targetVersion)
  );
}

/** 3.0 has another data model: old and new parts do not see each other's data. */
function componentProblems(from: string, { components, targetVersion }: UpgradeSpec): readonly string[] {
  const crosses = !isAtLeast(from, '3.0.0') && isAtLeast(targetVersion, '3.0.0');
  if (!crosses || new Set(components).size === 3) return [];
  return [
    `spec.components is ${components.join(', ')}, but Calico ${targetVersion} reads other data than ${from}: it can only be installed as a whole. Leave spec.components out`,
  ];
}

function restricted(step: Step, detected: Detected, spec: UpgradeSpec): StepStatus {
  const { name, job } = step;
  // Template and calico-config can differ where the images do not; the step finds out, and restarts nothing for nothing.
  const isNeeded = step.needed || name === 'node-rollout';
  const reason = isNeeded ? exclusion(step, detected, spec) : step.reason;
  return reason === undefined
    ? { name, state: 'Pending', reason: step.reason, ...(job !== undefined && { job }) }
    : { name, state: 'NotNeeded', reason };
}

/** Why a step is left out although the cluster needs it; undefined if it is not. */
function exclusion({ name }: Step, { install }: Detected, spec: UpgradeSpec): string | undefined {
  const has = (component: UpgradeSpec['components'][number]): boolean => spec.components.includes(component);
  const without = (what: string): string =>
    `spec.components is ${spec.components.join(', ')}, without ${what}`;
  switch (name) {
    case 'backup':
      return spec.backup === 'none' ? 'spec.backup is none' : undefined;
    case 'policy-conversion': {
      const decides = install.datastore === 'etcd' ? 'kubeControllers' : 'node';
      return has(decides) ? undefined : without(decides);
    }
    case 'data-migration':
    case 'clean-up':
      return has('node') ? undefined : without('node');
    case 'kube-controllers':
      return has('kubeControllers') ? undefined : without('kubeControllers');
    case 'node-rollout':
      return has('node') || has('cni') ? undefined : without('node or cni');
    default:
      return undefined;
  }
}

/** The steps of the way back to what was there before. */
export function rollbackSteps(
  datastore: Detected['install']['datastore'],
  from: string,
  target: string,
  hasControllers: boolean,
): readonly StepStatus[] {
  const isOpen = datastore === 'etcd' && !isAtLeast(from, '3.0.0') && isAtLeast(target, '3.0.0');
  const step = (name: string, isNeeded: boolean, reason: string, job?: string): StepStatus => ({
    name,
    state: isNeeded ? 'Pending' : 'NotNeeded',
    reason,
    ...(job !== undefined && { job }),
  });
  return [
    step(
      'data-abort',
      isOpen,
      isOpen
        ? `ends the migration, so that Calico ${from} works on its data again`
        : `the data of Calico ${from} is where it was`,
      'etcd-v2-to-v3 abort',
    ),
    step('manifests', true, 'the rights and the configuration of before'),
    step(
      'kube-controllers',
      hasControllers,
      hasControllers ? 'the controllers of before, one instance' : 'there were none',
    ),
    step('node-rollout', true, 'the pod template of before; one node at a time'),
    step('verify', true, 'every node: image, Ready, BGP'),
  ];
}
