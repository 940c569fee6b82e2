import { sameContent } from '../lib/kubernetes/clean.ts';
import { type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { type Resource, resourceName } from '../lib/kubernetes/resource.ts';

/** Objects of one kind: those of the backup and those of the cluster. */
export interface KindToRestore {
  readonly resource: Resource;
  readonly saved: readonly KubeObject[];
  readonly present: readonly KubeObject[];
}

export interface RestoreItem {
  readonly resource: Resource;
  readonly object: KubeObject;
}

export interface RestorePlan {
  readonly create: readonly RestoreItem[];
  readonly differ: readonly RestoreItem[];
  readonly unchanged: readonly RestoreItem[];
}

/** `ippools.projectcalico.org kube-system/10-64-0-0-16` */
export const itemText = ({ resource, object }: RestoreItem): string =>
  `${resourceName(resource)} ${objectKey(object)}`;

/** Compares a backup with a cluster; objects that only the cluster has are nobody's business here. */
export function planRestore(kinds: readonly KindToRestore[]): RestorePlan {
  const items = kinds.flatMap(({ resource, saved, present }) => {
    const byKey = new Map(present.map(object => [objectKey(object), object]));
    return saved.map(object => ({ item: { resource, object }, found: byKey.get(objectKey(object)) }));
  });
  return {
    create: items.filter(({ found }) => !found).map(({ item }) => item),
    differ: items
      .filter(({ item, found }) => found && !sameContent(item.object, found))
      .map(({ item }) => item),
    unchanged: items
      .filter(({ item, found }) => found && sameContent(item.object, found))
      .map(({ item }) => item),
  };
}
