import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { ownAccess } from '../lib/run/own-access.ts';
import { installAccess } from '../lib/run/read-install.ts';

/**
 * Every right that the job uses, asked for in preflight. Must agree with manifests/upgrade-job.yaml, which a test sees to.
 * `namespace` is that of our ConfigMaps and Events.
 */
export function neededAccess(options: {
  readonly crdApi: Resource;
  readonly daemonSets: Resource | undefined;
  readonly namespace: string;
  readonly fromEtcd: boolean;
  readonly backupToConfigMap: boolean;
  readonly reportToConfigMap: boolean;
  readonly inPod: boolean;
  /** A dry run needs rights to read only. */
  readonly dryRun: boolean;
}): readonly Access[] {
  const { crdApi, daemonSets } = options;
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  return [
    ...(options.fromEtcd
      ? []
      : [
          ...rights(THIRD_PARTY_RESOURCES, ['list']),
          ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, ['list'])),
        ]),
    ...rights(crdApi, write('create')),
    ...TPR_KINDS.flatMap(({ crd }) => rights(crdApi, ['get'], { name: crdName(crd) })),
    ...TPR_KINDS.flatMap(({ crd }) => rights(crd, ['list', ...write('get', 'create', 'update')])),
    ...rights(NODES, ['list', ...write('get', 'patch')]),
    ...installAccess(daemonSets),
    ...(options.dryRun ? [] : ownAccess('tpr-to-crd', options)),
  ];
}
