import { kindsOf } from '../lib/calico/crd-kinds.ts';
import type { TprBackup } from '../lib/calico/tpr-backup.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import type { RestoreOptions } from './options.ts';

/** Every right that `restore` uses for this backup; of a dry run only those to read. */
export function neededAccess(
  options: RestoreOptions,
  saved: Pick<TprBackup, 'ofTprs' | 'crdObjects'>,
): readonly Access[] {
  const write = (...verbs: string[]): string[] => (options.dryRun ? [] : verbs);
  const all = ['list', ...write('get', 'create', 'update')];
  const tprs = [
    ...rights(THIRD_PARTY_RESOURCES, ['list', ...write('get', 'create')]),
    ...TPR_KINDS.flatMap(({ tpr }) => rights(tpr, all)),
    ...rights(NODES, ['list', ...write('get', 'patch')]),
  ];
  return [
    ...(saved.ofTprs ? tprs : []),
    ...(options.crdObjects ? kindsOf(saved.crdObjects).flatMap(crd => rights(crd, all)) : []),
    ...ownAccessOf('restore', options),
  ];
}
