import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { ACCESS_REVIEWS, type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import { installAccess } from '../lib/run/read-install.ts';
import type { TprCleanerOptions } from './options.ts';

/** The forms of kinds that a server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/**
 * Every right that the job uses; of a dry run only those to read. Must agree with manifests/tpr-cleanup-job.yaml, which
 * a test sees to.
 */
export function neededAccess(options: TprCleanerOptions, { crds, daemonSets }: ApiForms): readonly Access[] {
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  return [
    ...rights(THIRD_PARTY_RESOURCES, ['list', ...write('create')]),
    ...TPR_KINDS.flatMap(({ tprName: name }) =>
      rights(THIRD_PARTY_RESOURCES, write('get', 'delete'), { name }),
    ),
    ...TPR_KINDS.flatMap(({ tpr, crd }) => [...rights(tpr, ['list']), ...rights(crd, ['list'])]),
    ...TPR_KINDS.flatMap(({ crd }) => rights(crds, ['get'], { name: crdName(crd) })),
    ...rights(NODES, ['list']),
    ...installAccess(daemonSets),
    ...rights(ACCESS_REVIEWS, ['create']),
    ...ownAccessOf('tpr-cleaner', options),
  ];
}

/** What calico-node 2.5 and 2.6 do with their CRD objects (tpr-to-crd reference, section 8). */
export const NODE_RIGHTS: readonly Access[] = TPR_KINDS.flatMap(({ crd }) =>
  rights(crd, ['create', 'get', 'list', 'update', 'watch']),
);

/** What calico-node 2.4 needs, and later ones must not keep (the same section). */
export const OLD_NODE_RIGHTS: readonly Access[] = [
  ...rights(THIRD_PARTY_RESOURCES, ['list']),
  ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, ['list'])),
];
