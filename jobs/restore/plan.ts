import { CRD_KINDS } from '../lib/calico/crd-kinds.ts';
import type { TprBackup } from '../lib/calico/tpr-backup.ts';
import { tprDefinition } from '../lib/calico/tpr-definition.ts';
import { CALICO_NAMESPACE, TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { sameContent } from '../lib/kubernetes/clean.ts';
import type { CrdKind } from '../lib/kubernetes/crd.ts';
import { isBeingDeleted, type KubeObject, objectKey } from '../lib/kubernetes/object.ts';
import { type Resource, resourceName } from '../lib/kubernetes/resource.ts';
import { type NodeRestore, planNodeRestore } from './nodes.ts';
import type { Present } from './present.ts';

export interface RestoreItem {
  readonly resource: Resource;
  /** As it was saved. */
  readonly object: KubeObject;
}

/** An object that is in the cluster with another content than in the backup. */
export interface DifferingItem extends RestoreItem {
  readonly present: KubeObject;
}

/** What the backup has and the cluster has not, or has otherwise. What only the cluster has is left alone. */
export interface RestorePlan {
  /** ThirdPartyResources to define, as they were saved. */
  readonly define: readonly KubeObject[];
  /** The ThirdPartyResources that are defined, as the server shows them. */
  readonly defined: readonly KubeObject[];
  readonly create: readonly RestoreItem[];
  readonly differ: readonly DifferingItem[];
  readonly unchanged: readonly RestoreItem[];
  /** Those that are being deleted at this moment: neither there nor gone. */
  readonly dying: readonly RestoreItem[];
  /** ThirdPartyResource objects that Calico reads and the backup does not have, as `itemText` words them. */
  readonly extra: readonly string[];
  /** Nodes whose own BGP peers are not as they were saved. */
  readonly nodes: readonly NodeRestore[];
  /** Nodes that are gone: their peers cannot be put anywhere. */
  readonly missingNodes: readonly string[];
  /** Kinds of saved CRD objects that the cluster does not define. */
  readonly undefinedCrds: readonly CrdKind[];
}

/** Compares a backup with a cluster. */
export function planRestore(saved: TprBackup, present: Present): RestorePlan {
  const items = [
    ...TPR_KINDS.flatMap(({ tprName, tpr }) =>
      itemsOf(tpr, saved.instances.get(tprName), present.instances.get(tprName)),
    ),
    ...CRD_KINDS.filter(({ plural }) => present.crdObjects.has(plural)).flatMap(crd =>
      itemsOf(
        crd,
        saved.crdObjects.filter(({ kind }) => kind === crd.kind),
        present.crdObjects.get(crd.plural),
      ),
    ),
  ];
  const living = items.filter(item => !isDying(item));
  const nodes = new Map(present.nodes.map(node => [node.metadata.name, node]));
  const plans = saved.nodes.flatMap(node => {
    const current = nodes.get(node.metadata.name);
    return current ? [planNodeRestore(node, current)] : [];
  });
  return {
    define: definitionsToMake(saved, present),
    defined: present.definitions,
    create: items.filter(({ present: found }) => !found),
    differ: living.flatMap(({ present: found, ...item }) =>
      found && !sameContent(item.object, found) ? [{ ...item, present: found }] : [],
    ),
    unchanged: living.filter(({ object, present: found }) => found && sameContent(object, found)),
    dying: items.filter(isDying),
    extra: extraObjects(saved, present),
    nodes: plans.filter(plan => Object.keys({ ...plan.changes, ...plan.overwriting }).length > 0),
    missingNodes: saved.nodes.map(({ metadata }) => metadata.name).filter(name => !nodes.has(name)),
    undefinedCrds: CRD_KINDS.filter(
      ({ plural }) => present.crdObjects.has(plural) && !present.crdObjects.get(plural),
    ),
  };
}

/** One line for everything that differs from the backup. */
export function conflictLines(plan: RestorePlan): readonly string[] {
  return [
    ...plan.differ.map(item => `${itemText(item)}: differs from the backup`),
    ...plan.nodes.flatMap(({ saved, differences }) =>
      differences.map(line => `Node ${saved.metadata.name}: ${line}`),
    ),
  ];
}

/** `ippools.projectcalico.org kube-system/10-64-0-0-16` */
export const itemText = ({ resource, object }: RestoreItem): string =>
  `${resourceName(resource)} ${objectKey(object)}`;

function itemsOf(
  resource: Resource,
  saved: readonly KubeObject[] = [],
  present: readonly KubeObject[] = [],
): readonly (RestoreItem & { readonly present: KubeObject | undefined })[] {
  const byKey = new Map(present.map(object => [objectKey(object), object]));
  return saved.map(object => ({ resource, object, present: byKey.get(objectKey(object)) }));
}

const isDying = ({ present }: { readonly present: KubeObject | undefined }): boolean =>
  present !== undefined && isBeingDeleted(present);

function extraObjects(saved: TprBackup, present: Present): readonly string[] {
  return TPR_KINDS.flatMap(({ tprName, tpr }) => {
    const known = new Set((saved.instances.get(tprName) ?? []).map(objectKey));
    return (present.instances.get(tprName) ?? [])
      .filter(object => object.metadata.namespace === CALICO_NAMESPACE && !known.has(objectKey(object)))
      .map(object => itemText({ resource: tpr, object }));
  });
}

/** Saved definitions that are missing, and those of saved objects whose definition was gone before the backup. */
function definitionsToMake(saved: TprBackup, { definitions }: Present): readonly KubeObject[] {
  const present = new Set(definitions.map(({ metadata }) => metadata.name));
  return TPR_KINDS.filter(({ tprName }) => !present.has(tprName)).flatMap(kind => {
    const definition = saved.definitions.find(({ metadata }) => metadata.name === kind.tprName);
    if (definition) return [definition];
    return (saved.instances.get(kind.tprName) ?? []).length === 0 ? [] : [tprDefinition(kind)];
  });
}
