import { convertTprs } from '../../jobs/lib/calico/convert.ts';
import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import type { TprSnapshot } from '../../jobs/lib/calico/tpr-snapshot.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Done } from '../../jobs/tpr-to-crd/apply.ts';
import { makePlan, type Plan, targetKey } from '../../jobs/tpr-to-crd/plan.ts';
import { verdict } from '../../jobs/tpr-to-crd/verify.ts';
import { median } from './measured-process.ts';
import { benchTprs, copiesOf, instancesOf } from './objects.ts';

const TARGET = { targetVersion: '2.6.12' };
const ROUNDS = 7;

/** Milliseconds of the conversion of `count` objects, without any I/O. */
export function convertMs(count: number): number {
  const instances = instancesOf(benchTprs(count));
  return medianMs(() => convertTprs(instances, TARGET));
}

/** What a plan meets for each wanted object: an equal one, one that differs, one under another name, or nothing. */
export const MEETINGS = ['equal', 'different', 'other names', 'nothing'] as const;

export type Meeting = (typeof MEETINGS)[number];

/** Milliseconds of a plan and the verdict on it. */
export function planMs(count: number, meeting: Meeting): number {
  const objects = benchTprs(count);
  const source: TprSnapshot = { definitions: [], instances: instancesOf(objects), nodes: [] };
  const existing = byPlural(meeting === 'nothing' ? [] : copiesOf(objects).map(copy => met(copy, meeting)));
  const makeOne = () => makePlan(source, existing, { ...TARGET, onConflict: 'stop', defaultPools: [] });
  const written = writtenAsMet(makeOne());
  return medianMs(() => verdict(makeOne(), written, new Set()));
}

function met(copy: KubeObject, meeting: Meeting): KubeObject {
  const { metadata, spec } = copy;
  if (meeting === 'different') return { ...copy, spec: { ...(isRecord(spec) && spec), note: 'x' } };
  return meeting === 'equal' ? copy : { ...copy, metadata: { ...metadata, name: `x-${metadata.name}` } };
}

/** As if the run had written what it now meets: the most work for the verdict. */
function writtenAsMet({ actions }: Plan): Done {
  const objects: Done['objects'] = new Map();
  for (const { object, existing } of actions.conflicts) {
    if (object) objects.set(targetKey(object), { object: { ...object, object: existing }, how: 'created' });
  }
  return { objects, nodes: new Set() };
}

function byPlural(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  return new Map(TPR_KINDS.map(({ crd }) => [crd.plural, objects.filter(({ kind }) => kind === crd.kind)]));
}

function medianMs(action: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    action();
    return performance.now() - start;
  });
  return median(times);
}
