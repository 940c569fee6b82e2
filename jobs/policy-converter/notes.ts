import type { Datastore } from '../lib/calico/datastore.ts';
import { isOurs } from '../lib/calico/networkpolicy/default-deny.ts';
import { ISOLATION_ANNOTATION } from '../lib/calico/networkpolicy/isolation.ts';
import { meaningChanges } from '../lib/calico/networkpolicy/meaning-changes.ts';
import { policyText } from '../lib/calico/networkpolicy/policy.ts';
import type { Note } from '../lib/calico/problem.ts';
import { managerOf } from '../lib/kubernetes/managed-by.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import type { Plan } from './plan.ts';

/** Namespaces that the cluster itself lives in. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

export interface Notes {
  /** Annotations that may not mean what their author thinks. */
  readonly annotations: readonly Note[];
  /** Policies that stay and mean something else to a later release of Calico. */
  readonly meaningChanges: readonly Note[];
  /** Policies whose deletion somebody may undo. */
  readonly managed: readonly Note[];
  /** Writes into namespaces of the system. */
  readonly system: readonly Note[];
}

/** What an operator has to know of a plan, and what stops nothing. */
export function notesOf({ namespaces }: Plan, datastore: Datastore): Notes {
  const staying = namespaces.filter(({ action }) => action === 'create' || action === 'nothing');
  const leaving = namespaces.filter(({ action }) => action === 'delete').flatMap(({ policies }) => policies);
  return {
    annotations: namespaces
      .filter(({ action }) => action !== 'refuse')
      .flatMap(({ namespace, isolation: { remark } }) =>
        remark === undefined
          ? []
          : [{ object: `Namespace ${namespace}`, reason: `annotation ${ISOLATION_ANNOTATION}: ${remark}` }],
      ),
    meaningChanges: staying
      .flatMap(({ policies }) => policies)
      .filter(policy => !isOurs(policy))
      .flatMap(policy => meaningChanges(policy, datastore)),
    managed: leaving.flatMap(managedNote),
    system: namespaces
      .filter(({ action }) => action === 'create' || action === 'delete')
      .filter(({ namespace }) => SYSTEM_NAMESPACES.includes(namespace))
      .map(({ namespace, why }) => ({
        object: `Namespace ${namespace}`,
        reason: `belongs to the system, and is converted as every other one (${why})`,
      })),
  };
}

function managedNote(policy: KubeObject): readonly Note[] {
  const manager = isOurs(policy) ? undefined : managerOf(policy);
  if (manager === undefined) return [];
  return [
    {
      object: policyText(policy),
      reason: `is kept by ${manager}, which may create it again: take it out there, too, before Calico is upgraded`,
    },
  ];
}

/** A line for each thing to know, in the order of their weight. */
export const noteLines = ({
  annotations,
  meaningChanges: changes,
  managed,
  system,
}: Notes): readonly string[] => [annotations, system, changes, managed].flatMap(grouped);

const NAMED_AT_MOST = 5;

/** Objects of which the same is to be said share a line. */
function grouped(notes: readonly Note[]): readonly string[] {
  return [...Map.groupBy(notes, ({ reason }) => reason)].map(([reason, same]) => {
    const names = same.slice(0, NAMED_AT_MOST).map(({ object }) => object);
    const more = same.length > NAMED_AT_MOST ? ` and ${same.length - NAMED_AT_MOST} more` : '';
    return `${names.join(', ')}${more}: ${reason}`;
  });
}
