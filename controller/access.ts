import {
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
  GLOBAL_FELIX_CONFIGS,
  IP_POOLS,
} from '../jobs/lib/calico/crd-kinds.ts';
import { CALICO_NAMESPACE } from '../jobs/lib/calico/tpr-kinds.ts';
import { CALICO_UPGRADES } from '../jobs/lib/calico/upgrade/api.ts';
import { type Access, rights } from '../jobs/lib/kubernetes/access.ts';
import { CONFIG_MAPS, EVENTS, JOBS, NODES, PODS } from '../jobs/lib/kubernetes/builtin.ts';
import type { Resource } from '../jobs/lib/kubernetes/resource.ts';
import { detectAccess, type ServedForms } from '../jobs/lib/run/detect-cluster.ts';
import { CALICO_CONFIG_MAPS } from '../jobs/lib/run/read-install.ts';

/** Where the manifests of the jobs put them. */
const JOB_NAMESPACES = ['default', CALICO_NAMESPACE];

/** What verify reads of the configuration. */
const VERIFIED = [GLOBAL_FELIX_CONFIGS, IP_POOLS, FELIX_CONFIGURATIONS, CLUSTER_INFORMATIONS];

const EXEC: Resource = { ...PODS, plural: 'pods/exec' };
const STATUS: Resource = { ...CALICO_UPGRADES, plural: 'calicoupgrades/status' };

/**
 * The rights that the controller uses itself, in every upgrade. What it applies for somebody (RBAC, manifests of the target, add-ons) needs the
 * rights to that beside these; the jobs have their own.
 */
export function controllerAccess(forms: ServedForms, namespace: string): readonly Access[] {
  const system = { namespace: CALICO_NAMESPACE };
  const { daemonSets, deployments } = forms;
  return [
    ...rights(CALICO_UPGRADES, ['get', 'list', 'watch', 'update']),
    ...rights(STATUS, ['update']),
    ...detectAccess(forms),
    ...rights(NODES, ['list', 'watch', 'get', 'patch']),
    ...rights(PODS, ['list', 'watch', 'create', 'delete', 'get'], system),
    ...rights(EXEC, ['get'], system),
    ...(daemonSets ? rights(daemonSets, ['get', 'list', 'watch', 'update', 'patch'], system) : []),
    ...(deployments ? rights(deployments, ['get', 'list', 'create', 'update', 'patch'], system) : []),
    ...CALICO_CONFIG_MAPS.flatMap(name => rights(CONFIG_MAPS, ['update'], { ...system, name })),
    ...VERIFIED.flatMap(kind => rights(kind, ['list'])),
    ...rights(CONFIG_MAPS, ['get', 'create', 'update'], { namespace }),
    ...rights(PODS, ['get', 'create', 'delete'], { namespace }),
    ...JOB_NAMESPACES.flatMap(place => [
      ...rights(JOBS, ['get', 'create', 'delete'], { namespace: place }),
      ...rights(PODS, ['list'], { namespace: place }),
    ]),
    ...rights(EVENTS, ['create'], { namespace: 'default' }),
  ];
}
