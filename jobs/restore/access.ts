import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import type { Access } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import type { RestoreOptions } from './options.ts';

const rights = (resource: Resource, verbs: readonly string[]): Access[] =>
  verbs.map(verb => ({ verb, group: resource.group, resource: resource.plural }));

/** Every right that `restore` uses; of a dry run only those to read. */
export function neededAccess({ dryRun, crdObjects }: RestoreOptions): readonly Access[] {
  const write = dryRun ? [] : ['create', 'get', 'update'];
  return [
    ...rights(THIRD_PARTY_RESOURCES, dryRun ? [] : ['create', 'get']),
    ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, ['list', ...write])),
    ...(crdObjects ? TPR_KINDS.flatMap(({ crd }) => rights(crd, ['list', ...write])) : []),
    ...rights(NODES, dryRun ? [] : ['get', 'patch']),
  ];
}
