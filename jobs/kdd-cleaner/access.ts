import { GLOBAL_FELIX_CONFIGS, NEW_IN_3_0 } from '../lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import { installAccess } from '../lib/run/read-install.ts';
import type { KddCleanerOptions } from './options.ts';

/** The forms of kinds that a server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/**
 * Every right that the job uses; of a dry run only those to read. Must agree with manifests/kdd-v3-cleanup-job.yaml,
 * which a test sees to.
 */
export function neededAccess(options: KddCleanerOptions, { crds, daemonSets }: ApiForms): readonly Access[] {
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  return [
    ...TPR_KINDS.flatMap(({ crd }) => rights(crds, ['get'], { name: crdName(crd) })),
    ...NEW_IN_3_0.flatMap(kind => rights(crds, ['get', ...write('delete')], { name: crdName(kind) })),
    ...[...NEW_IN_3_0, GLOBAL_FELIX_CONFIGS].flatMap(kind => rights(kind, ['list'])),
    ...installAccess(daemonSets),
    ...ownAccessOf('kdd-cleaner', options),
  ];
}
