import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import type { Access } from '../lib/kubernetes/access.ts';
import { CONFIG_MAPS, EVENTS, NODES, PODS, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';

/** ConfigMaps from which a hosted install gives calico-node its environment. */
export const CALICO_CONFIG_MAPS = ['calico-config', 'canal-config'] as const;

interface Limits {
  readonly namespace?: string;
  readonly name?: string;
}

const rights = (resource: Resource, verbs: readonly string[], limits: Limits = {}): Access[] =>
  verbs.map(verb => ({ verb, group: resource.group, resource: resource.plural, ...limits }));

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
}): readonly Access[] {
  const { crdApi, daemonSets, namespace } = options;
  const system = { namespace: 'kube-system' };
  const configMapVerbs = [
    ...(options.backupToConfigMap || options.reportToConfigMap ? ['get', 'create'] : []),
    ...(options.reportToConfigMap ? ['update'] : []),
  ];
  return [
    ...(options.fromEtcd
      ? []
      : [
          ...rights(THIRD_PARTY_RESOURCES, ['list']),
          ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, ['list'])),
        ]),
    ...rights(crdApi, ['create']),
    ...TPR_KINDS.flatMap(({ crd }) => rights(crdApi, ['get'], { name: crdName(crd) })),
    ...TPR_KINDS.flatMap(({ crd }) => rights(crd, ['get', 'list', 'create', 'update'])),
    ...rights(NODES, ['get', 'list', 'patch']),
    ...(daemonSets ? rights(daemonSets, ['list'], system) : []),
    ...rights(PODS, ['list'], system),
    ...CALICO_CONFIG_MAPS.flatMap(name => rights(CONFIG_MAPS, ['get'], { ...system, name })),
    ...rights(CONFIG_MAPS, configMapVerbs, { namespace }),
    ...(options.inPod ? rights(EVENTS, ['create'], { namespace }) : []),
  ];
}
