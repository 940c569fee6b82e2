import { KINDS_OF_3_0 } from '../lib/calico/crd-kinds.ts';
import type { OnConflict } from '../lib/calico/existing.ts';
import { convertGlobalBgpConfigs, nodeBgpConfigNotes } from '../lib/calico/kdd/bgp-config.ts';
import { decideKdd, type KddActions } from '../lib/calico/kdd/existing.ts';
import { convertGlobalFelixConfigs } from '../lib/calico/kdd/felix-config.ts';
import { convertNodePeers } from '../lib/calico/kdd/node-peers.ts';
import { convertPolicies } from '../lib/calico/kdd/policies.ts';
import type { WantedObject } from '../lib/calico/kdd/wanted.ts';
import type { Note, Problem } from '../lib/calico/problem.ts';
import type { CrdKind } from '../lib/kubernetes/crd.ts';
import type { KddState } from './source.ts';

/** What has to be done, as a function of what was read. */
export interface Plan {
  /** Kinds that are not defined yet. */
  readonly define: readonly CrdKind[];
  readonly wanted: readonly WantedObject[];
  readonly actions: KddActions;
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
}

export interface PlanOptions {
  readonly onConflict: OnConflict;
  /** Whether no calico-node of 2.x runs any more. */
  readonly allOn3: boolean;
  /** Plurals of the kinds that have to be defined, or waited for. */
  readonly undefinedKinds: ReadonlySet<string>;
}

/** Plans what 3.0 needs of the data that was read. */
export function makePlan({ source, existing }: KddState, options: PlanOptions): Plan {
  const parts = [
    convertGlobalFelixConfigs(source.felix),
    convertGlobalBgpConfigs(source.bgp),
    convertNodePeers(source.nodes),
    convertPolicies(source.policies, options.allOn3),
  ];
  const wanted = parts.flatMap(({ objects }) => objects);
  return {
    define: KINDS_OF_3_0.filter(({ plural }) => options.undefinedKinds.has(plural)),
    wanted,
    actions: decideKdd(wanted, existing, options.onConflict),
    problems: parts.flatMap(({ problems }) => problems),
    notes: [...parts.flatMap(({ notes }) => notes), ...nodeBgpConfigNotes(source.nodes)],
  };
}

/** How many objects a plan writes; defining the kinds is not counted. */
export const writeCount = ({ actions }: Plan): number => actions.create.length + actions.update.length;
