import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import type { RestoreOptions } from './options.ts';

/** Every right that `restore` uses; of a dry run only those to read. */
export function neededAccess(options: RestoreOptions): readonly Access[] {
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  const all = ['list', ...write('get', 'create', 'update')];
  return [
    ...rights(THIRD_PARTY_RESOURCES, ['list', ...write('get', 'create')]),
    ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, all)),
    ...(options.crdObjects ? TPR_KINDS.flatMap(({ crd }) => rights(crd, all)) : []),
    ...rights(NODES, ['list', ...write('get', 'patch')]),
    ...ownAccessOf('restore', options),
  ];
}
