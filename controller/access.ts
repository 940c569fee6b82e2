import { CALICO_NAMESPACE } from '../jobs/lib/calico/tpr-kinds.ts';
import { CALICO_UPGRADES } from '../jobs/lib/calico/upgrade/api.ts';
import { type Access, rights } from '../jobs/lib/kubernetes/access.ts';
import { CONFIG_MAPS, EVENTS, JOBS, NODES, PODS } from '../jobs/lib/kubernetes/builtin.ts';
import type { Resource } from '../jobs/lib/kubernetes/resource.ts';
import { detectAccess, type ServedForms } from '../jobs/lib/run/detect-cluster.ts';

/** Where the manifests of the jobs put them. */
const JOB_NAMESPACES = ['default', CALICO_NAMESPACE];

const EXEC: Resource = { ...PODS, plural: 'pods/exec' };

/**
 * The rights that the controller uses itself, in every upgrade. What it applies for somebody (RBAC, manifests of the target, add-ons) needs the
 * rights to that beside these; the jobs have their own.
 */
export function controllerAccess(forms: ServedForms, namespace: string): readonly Access[] {
  const system = { namespace: CALICO_NAMESPACE };
  const { daemonSets, deployments } = forms;
  return [
    ...rights(CALICO_UPGRADES, ['list', 'watch', 'update']),
    ...detectAccess(forms),
    ...rights(NODES, ['list', 'watch', 'get', 'patch']),
    ...rights(PODS, ['list', 'watch', 'create', 'delete', 'get'], system),
    ...rights(EXEC, ['get'], system),
    ...(daemonSets ? rights(daemonSets, ['get', 'list', 'watch', 'update', 'patch'], system) : []),
    ...(deployments ? rights(deployments, ['get', 'list', 'create', 'update', 'patch'], system) : []),
    ...rights(CONFIG_MAPS, ['get', 'create', 'update'], { namespace }),
    ...JOB_NAMESPACES.flatMap(place => [
      ...rights(JOBS, ['get', 'create', 'delete'], { namespace: place }),
      ...rights(PODS, ['list'], { namespace: place }),
    ]),
    ...rights(EVENTS, ['create'], { namespace: 'default' }),
  ];
}
