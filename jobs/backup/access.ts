import { CRD_KINDS } from '../lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { ownAccessOf } from '../lib/run/own-access.ts';
import type { BackupOptions } from './options.ts';

/** Every right that `backup` uses; `servesTprs` tells whether there is an API of ThirdPartyResources. */
export function neededAccess(options: BackupOptions, servesTprs: boolean): readonly Access[] {
  const tprs = [THIRD_PARTY_RESOURCES, ...TPR_KINDS.map(({ tpr }) => tpr)];
  const resources = [...(servesTprs ? tprs : []), ...CRD_KINDS, NODES];
  return [...resources.flatMap(resource => rights(resource, ['list'])), ...ownAccessOf('backup', options)];
}
