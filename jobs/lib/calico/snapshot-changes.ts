import { type KubeObject, objectKey } from '../kubernetes/object.ts';
import { TPR_KINDS } from './tpr-kinds.ts';
import type { TprSnapshot } from './tpr-snapshot.ts';

/** What is not the same in two snapshots, an object a line, such as `IpPool kube-system/10-64-0-0-16: is gone`. */
export function snapshotChanges(before: TprSnapshot, after: TprSnapshot): readonly string[] {
  return [
    ...changes('ThirdPartyResource', before.definitions, after.definitions),
    ...TPR_KINDS.flatMap(({ tprName, tpr }) =>
      changes(tpr.kind, before.instances.get(tprName), after.instances.get(tprName)),
    ),
    ...changes('Node', before.nodes, after.nodes),
  ];
}

function changes(
  kind: string,
  before: readonly KubeObject[] = [],
  after: readonly KubeObject[] = [],
): readonly string[] {
  const [old, now] = [byKey(before), byKey(after)];
  const gone = [...old.keys()].filter(key => !now.has(key)).map(key => `${key}: is gone`);
  const added = [...now.keys()].filter(key => !old.has(key)).map(key => `${key}: is new`);
  const changed = [...old.keys()].filter(key => now.has(key) && old.get(key) !== now.get(key));
  return [...gone, ...added, ...changed.map(key => `${key}: has changed`)].map(line => `${kind} ${line}`);
}

const byKey = (objects: readonly KubeObject[]): ReadonlyMap<string, string> =>
  new Map(objects.map(object => [objectKey(object), JSON.stringify(object)]));
