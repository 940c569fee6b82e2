import { countOf } from '../lib/run/table.ts';
import type { Done } from './apply.ts';
import type { RestoreOptions } from './options.ts';
import type { RestorePlan } from './plan.ts';

type Numbers = Readonly<Record<string, number>>;

const differingNodes = (plan: RestorePlan): number =>
  plan.nodes.filter(({ differences }) => differences.length > 0).length;

/** The counts of a report before anything was written. */
export function planCounts(plan: RestorePlan): Numbers {
  return {
    toDefine: plan.define.length,
    toCreate: plan.create.length,
    nodesToChange: plan.nodes.length,
    different: plan.differ.length + differingNodes(plan),
    unchanged: plan.unchanged.length,
    missingNodes: plan.missingNodes.length,
  };
}

/** The counts of a report of a run that has written. */
export function doneCounts(plan: RestorePlan, done: Done, defined: number): Numbers {
  return {
    defined,
    created: done.created,
    overwritten: done.overwritten,
    nodesChanged: done.nodes,
    different: plan.differ.length + differingNodes(plan),
    unchanged: plan.unchanged.length,
    missingNodes: plan.missingNodes.length,
    leftOut: done.leftOut.size,
  };
}

/** What the plan says: `5 ThirdPartyResources to define, 36 objects to create, …` */
export function plannedText(counts: Numbers): string {
  const { toDefine = 0, toCreate = 0, nodesToChange = 0, different = 0, unchanged = 0 } = counts;
  return `${countOf(toDefine, 'ThirdPartyResource')} to define, ${countOf(toCreate, 'object')} to create, ${countOf(nodesToChange, 'node')} to change, ${different} different, ${unchanged} unchanged`;
}

/** What a finished run says at its end. */
export function doneSentence({ backup, onConflict }: RestoreOptions, counts: Numbers): string {
  const {
    defined = 0,
    created = 0,
    overwritten = 0,
    nodesChanged = 0,
    different = 0,
    unchanged = 0,
    missingNodes = 0,
    leftOut = 0,
  } = counts;
  const parts = [
    `${countOf(defined, 'ThirdPartyResource')} defined`,
    `${countOf(created, 'object')} created`,
    ...(onConflict === 'overwrite' && overwritten > 0 ? [`${overwritten} overwritten`] : []),
    ...(onConflict === 'keep' && different > 0 ? [`${different} that differ kept as they were`] : []),
    `${unchanged} there already`,
    ...(nodesChanged > 0 ? [`BGP peers of ${countOf(nodesChanged, 'node')} put back`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out, whose namespace is gone`] : []),
    ...(missingNodes > 0 ? [`${countOf(missingNodes, 'node')} gone`] : []),
  ];
  return `restored and verified from ${backup}: ${parts.join(', ')}`;
}
