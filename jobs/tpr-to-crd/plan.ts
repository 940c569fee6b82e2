import { type Conversion, type ConvertedObject, convertTprs } from '../lib/calico/convert.ts';
import { decideExisting, type ExistingActions, type OnConflict } from '../lib/calico/existing.ts';
import { type NodePeerPlan, planNodePeers } from '../lib/calico/node-peers.ts';
import { policyTypesNotes } from '../lib/calico/policy-types-note.ts';
import type { Note, Problem } from '../lib/calico/problem.ts';
import { TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import type { ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';

/** What has to be done, as a function of what was read. */
export interface Plan {
  /** CRD kinds that are not defined yet. */
  readonly define: readonly TprKind[];
  readonly wanted: readonly ConvertedObject[];
  readonly actions: ExistingActions;
  readonly nodePeers: readonly NodePeerPlan[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  readonly strays: Conversion['strays'];
}

export interface PlanOptions {
  readonly targetVersion: string;
  readonly onConflict: OnConflict;
  readonly defaultPools: readonly string[];
  /** Plurals of CRD kinds that are defined but cannot be used yet. */
  readonly unready?: ReadonlySet<string>;
}

/** Plans the copy of everything in `source` to CRD objects, given those that exist. */
export function makePlan(source: TprSnapshot, existing: ObjectsByPlural, options: PlanOptions): Plan {
  const conversion = convertTprs(source.instances, options);
  const nodes = planNodePeers(source.nodes);
  const actions = decideExisting(conversion.objects, existing, options);
  return {
    define: TPR_KINDS.filter(
      ({ crd }) => existing.get(crd.plural) === undefined || options.unready?.has(crd.plural),
    ),
    wanted: conversion.objects,
    actions,
    nodePeers: nodes.plans,
    problems: [...conversion.problems, ...nodes.problems],
    notes: [
      ...conversion.notes,
      ...policyTypesNotes(conversion.objects, options.targetVersion),
      ...nodes.notes,
      ...actions.notes,
    ],
    strays: conversion.strays,
  };
}

/** How many writes of data a plan holds; defining the kinds is not counted. */
export function writeCount({ actions, nodePeers }: Plan): number {
  return actions.create.length + actions.update.length + nodePeers.length;
}

/** `GlobalFelixConfig logseverityscreen`: what identifies a wanted object. */
export const targetKey = ({ kind, object }: Pick<ConvertedObject, 'kind' | 'object'>): string =>
  `${kind.crd.kind} ${object.metadata.name}`;
