import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import type { Tprs } from '../lib/kubernetes/tprs.ts';
import { HOW_TO_CONFIRM } from '../lib/run/confirm.ts';
import type { Counts } from '../lib/run/report.ts';
import { countOf, tableLines } from '../lib/run/table.ts';
import type { TprGroup } from './groups.ts';
import type { CalicoFacts } from './preflight.ts';
import type { Proof } from './proof.ts';
import type { Vault } from './vault.ts';

/** What a run says that found nothing. */
export const NOTHING = 'nothing to delete: no ThirdPartyResource of Calico and no object of one is left';

const definedIn = (groups: readonly TprGroup[]): number =>
  groups.reduce((sum, { defined }) => sum + defined.length, 0);

const objectsIn = (groups: readonly TprGroup[]): number =>
  groups.reduce((sum, { objects }) => sum + objects, 0);

/** What is there before anything is deleted, in total and for each kind. */
export function countsOf(groups: readonly TprGroup[], { instances }: Tprs): Counts {
  const kinds = TPR_KINDS.map(({ tprName, tpr }) => [
    tpr.kind,
    { found: instances.get(tprName)?.length ?? 0 },
  ]);
  return {
    thirdPartyResources: definedIn(groups),
    objects: objectsIn(groups),
    ...Object.fromEntries(kinds),
  };
}

/** The table of the log. */
export function groupRows({ definitions, instances }: Tprs, { proved }: Proof): readonly string[] {
  const defined = new Set(definitions.map(({ metadata }) => metadata.name));
  const rows = TPR_KINDS.map(({ tprName, tpr, crd }) => [
    `${tpr.kind} → ${crd.kind}`,
    defined.has(tprName) ? 'yes' : 'no',
    instances.get(tprName)?.length ?? 0,
    proved.get(tprName) ?? 0,
  ]);
  return tableLines([['kind', 'defined', 'objects', 'equal copies'], ...rows]);
}

/** What a run says that was not confirmed, or is a dry run. */
export function plannedSentence(groups: readonly TprGroup[]): string {
  return `dry run: ${countOf(definedIn(groups), 'ThirdPartyResource')} to delete, and with them ${countOf(objectsIn(groups), 'object')}, each with its equal copy. ${HOW_TO_CONFIRM}`;
}

/** What a finished run says at its end. */
export function doneSentence(deleted: number, { saved, backups }: Vault): string {
  const objects = [...saved.instances.values()].reduce((sum, found) => sum + (found?.length ?? 0), 0);
  const name = backups.at(-1)?.name ?? '';
  return `deleted and verified: ${countOf(deleted, 'ThirdPartyResource')}, and with them ${countOf(objects, 'object')}. Bring them back with: restore --backup ${name}`;
}

/** Which RBAC manifest is next (tpr-to-crd reference, section 8). */
export function rbacAdvice({ manifest, mayUseTprs }: CalicoFacts): string {
  return mayUseTprs
    ? `calico-node may still use ThirdPartyResources, which it no longer needs: ${manifest.command}, then kubectl delete -f manifests/rbac-while-upgrading.yaml`
    : 'calico-node may not use ThirdPartyResources any more: its rights are narrow already';
}
