import { parseJson } from '../lib/calico/parse-json.ts';
import { isRecord } from '../lib/kubernetes/object.ts';
import { type Failure, refused } from '../lib/run/failure.ts';
import { countOf } from '../lib/run/table.ts';
import type { Plan } from './plan.ts';

/**
 * Refuses an etcd v3 in which others have data: as calico-upgrade does, unless it is told to go on. Then foreign keys stay,
 * and what differs is overwritten, and put back by an abort; but never a value that is not even an object.
 */
export function refusalOfPlan({ conflicts, foreign }: Plan, ignoreV3Data: boolean): Failure | undefined {
  if (ignoreV3Data) return refusalOfGarbage(conflicts);
  if (conflicts.length + foreign.length === 0) return undefined;
  const reasons = [
    ...(conflicts.length > 0 ? [`${countOf(conflicts.length, 'key')} with another content than v1 has`] : []),
    ...(foreign.length > 0 ? [`${countOf(foreign.length, 'key')} that v1 does not have`] : []),
  ];
  return refused(
    `nothing was written: etcd v3 has data below /calico/ that this migration did not write: ${reasons.join(', ')}. If it is of an earlier attempt with another tool, remove it with etcdctl del --prefix /calico/; --ignore-v3-data goes on beside it, and overwrites what differs`,
    [
      ...conflicts.map(({ key }) => `${key}: differs from what would be written`),
      ...foreign.map(key => `${key}: is not known to v1`),
    ],
  );
}

function refusalOfGarbage(conflicts: Plan['conflicts']): Failure | undefined {
  const garbage = conflicts.filter(({ previous }) => !isRecord(parseJson(previous?.toString() ?? '')));
  if (garbage.length === 0) return undefined;
  return refused(
    `nothing was written: etcd v3 has ${countOf(garbage.length, 'key')} below /calico/ whose value is no object: look what it is, and delete it`,
    garbage.map(({ key }) => `${key}: is no JSON object`),
  );
}
