import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_BGP_CONFIGS,
  GLOBAL_FELIX_CONFIGS,
  GLOBAL_NETWORK_POLICIES,
  IP_POOLS,
  KINDS_OF_3_0,
  NETWORK_POLICIES,
} from '../lib/calico/crd-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES } from '../lib/kubernetes/builtin.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { type OwnPlaces, ownAccess } from '../lib/run/own-access.ts';
import { installAccess } from '../lib/run/read-install.ts';

/** Kinds whose objects are written. */
const WRITTEN = [FELIX_CONFIGURATIONS, BGP_CONFIGURATIONS, CLUSTER_INFORMATIONS, BGP_PEERS];

/** Kinds whose objects are only read. */
const READ = [GLOBAL_FELIX_CONFIGS, GLOBAL_BGP_CONFIGS];

/** Kinds that are defined where they are missing; no object of theirs is touched. */
const DEFINED = [IP_POOLS, NETWORK_POLICIES];

/**
 * Every right that the job uses, asked for in preflight. Must agree with manifests/kdd-migration-job.yaml, which a test
 * sees to.
 */
export function neededAccess(
  options: OwnPlaces & {
    readonly crdApi: Resource;
    readonly daemonSets: Resource | undefined;
    /** A dry run needs rights to read only. */
    readonly dryRun: boolean;
  },
): readonly Access[] {
  const { crdApi, daemonSets, dryRun } = options;
  const write = (...verbs: string[]): string[] => (dryRun ? [] : verbs);
  return [
    ...rights(crdApi, write('create')),
    ...KINDS_OF_3_0.flatMap(crd => rights(crdApi, ['get'], { name: crdName(crd) })),
    ...READ.flatMap(crd => rights(crd, ['list'])),
    ...[...WRITTEN, GLOBAL_NETWORK_POLICIES].flatMap(crd =>
      rights(crd, ['list', ...write('get', 'create', 'update')]),
    ),
    ...DEFINED.flatMap(crd => rights(crd, write('list'))),
    ...rights(NODES, ['list']),
    ...installAccess(daemonSets),
    ...(dryRun ? [] : ownAccess('kdd-v1-to-v3', options)),
  ];
}
