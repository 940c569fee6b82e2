import type { Datastore } from '../lib/calico/datastore.ts';
import { meaningChanges } from '../lib/calico/networkpolicy/meaning-changes.ts';
import { policyText } from '../lib/calico/networkpolicy/policy.ts';
import { managerOf } from '../lib/kubernetes/managed-by.ts';
import type { Plan } from './plan.ts';
import { remarkLines } from './table.ts';

/** Namespaces that the cluster itself lives in. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

export interface Notes {
  /** Annotations that may not mean what their author thinks. */
  readonly annotations: readonly string[];
  /** Policies that stay and mean something else to a later release of Calico. */
  readonly meaningChanges: readonly string[];
  /** Policies whose deletion somebody may undo. */
  readonly managed: readonly string[];
  /** Writes into namespaces of the system. */
  readonly system: readonly string[];
}

/** What an operator has to know of a plan, and what stops nothing. */
export function notesOf({ namespaces }: Plan, datastore: Datastore): Notes {
  const staying = namespaces.filter(({ action }) => action === 'create' || action === 'nothing');
  const leaving = namespaces.filter(({ action }) => action === 'delete').flatMap(({ policies }) => policies);
  return {
    annotations: remarkLines(namespaces),
    meaningChanges: staying
      .flatMap(({ policies }) => policies.flatMap(policy => meaningChanges(policy, datastore)))
      .map(({ object, reason }) => `${object}: ${reason}`),
    managed: leaving.flatMap(policy => {
      const manager = managerOf(policy);
      return manager && manager !== 'calico-upgrade'
        ? [
            `${policyText(policy)} is kept by ${manager}, which may create it again: take it out there, too, before Calico is upgraded`,
          ]
        : [];
    }),
    system: namespaces
      .filter(({ action }) => action === 'create' || action === 'delete')
      .filter(({ namespace }) => SYSTEM_NAMESPACES.includes(namespace))
      .map(
        ({ namespace, why }) =>
          `Namespace ${namespace} belongs to the system, and is converted as every other one (${why})`,
      ),
  };
}

/** All of them, a line each. */
export const noteLines = ({
  annotations,
  meaningChanges: changes,
  managed,
  system,
}: Notes): readonly string[] => [...annotations, ...system, ...changes, ...managed];
