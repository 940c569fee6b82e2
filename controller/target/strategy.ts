import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';
import { type Fields, fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';

/** On the DaemonSet while nodes are replaced: the updateStrategy, as JSON, that it shall have again. */
export const FINAL_STRATEGY = `${UPGRADE_GROUP}/final-strategy`;

const ON_DELETE: Fields = { type: 'OnDelete' };

/** The strategy that a DaemonSet is to have when nobody is replacing its pods: what we noted, else what it has. */
export function strategyOf(daemonSet: KubeObject | undefined): Fields | undefined {
  const { updateStrategy } = fieldsOf(daemonSet?.spec);
  return noted(daemonSet) ?? (isRecord(updateStrategy) ? updateStrategy : undefined);
}

function noted(daemonSet: KubeObject | undefined): Fields | undefined {
  try {
    const value: unknown = JSON.parse(daemonSet?.metadata.annotations?.[FINAL_STRATEGY] ?? 'null');
    return isRecord(value) && typeof value.type === 'string' ? value : undefined;
  } catch {
    // Edited by hand: what the DaemonSet has is all that is left.
    return undefined;
  }
}

/** The DaemonSet with OnDelete, so that only who deletes a pod replaces it, and a note of what it shall have later. */
export function whileRolling(daemonSet: KubeObject, final: Fields): KubeObject {
  const { [FINAL_STRATEGY]: _, ...others } = daemonSet.metadata.annotations ?? {};
  const isSame = final.type === ON_DELETE.type;
  const annotations = isSame ? others : { ...others, [FINAL_STRATEGY]: JSON.stringify(final) };
  return {
    ...daemonSet,
    metadata: { ...daemonSet.metadata, annotations },
    spec: { ...fieldsOf(daemonSet.spec), updateStrategy: ON_DELETE },
  };
}

/** The DaemonSet with the strategy that `whileRolling` noted, and without the note. */
export function afterRolling(daemonSet: KubeObject): KubeObject {
  const { [FINAL_STRATEGY]: _, ...annotations } = daemonSet.metadata.annotations ?? {};
  const updateStrategy = strategyOf(daemonSet) ?? ON_DELETE;
  return {
    ...daemonSet,
    metadata: { ...daemonSet.metadata, annotations },
    spec: { ...fieldsOf(daemonSet.spec), updateStrategy },
  };
}
