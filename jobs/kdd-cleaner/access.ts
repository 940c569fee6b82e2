import { CALICO_CONFIG_MAPS } from '../lib/calico/calico-install.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { V3_ONLY_KINDS } from '../lib/calico/v3-only-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { CONFIG_MAPS, PODS } from '../lib/kubernetes/builtin.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import type { KddCleanerOptions } from './options.ts';

/** The forms of kinds that a server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/** The kind whose objects every 2.6 cluster has: its nodes write some when they start. */
export const FELIX_KIND = TPR_KINDS.filter(({ crd }) => crd.kind === 'GlobalFelixConfig').map(
  ({ crd }) => crd,
);

/**
 * Every right that the job uses; of a dry run only those to read. Must agree with manifests/kdd-v3-cleanup-job.yaml,
 * which a test sees to.
 */
export function neededAccess(options: KddCleanerOptions, { crds, daemonSets }: ApiForms): readonly Access[] {
  const system = { namespace: CALICO_NAMESPACE };
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  return [
    ...TPR_KINDS.flatMap(({ crd }) => rights(crds, ['get'], { name: crdName(crd) })),
    ...V3_ONLY_KINDS.flatMap(kind => rights(crds, ['get', ...write('delete')], { name: crdName(kind) })),
    ...[...V3_ONLY_KINDS, ...FELIX_KIND].flatMap(kind => rights(kind, ['list'])),
    ...(daemonSets ? rights(daemonSets, ['list'], system) : []),
    ...rights(PODS, ['list'], system),
    ...CALICO_CONFIG_MAPS.flatMap(name => rights(CONFIG_MAPS, ['get'], { ...system, name })),
    ...ownAccessOf('kdd-cleaner', options),
  ];
}
