import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import type { ConvertedObject } from './convert.ts';
import type { Note } from './problem.ts';
import { CALICO_NAMESPACE } from './tpr-kinds.ts';

const SETTING = 'ipinipenabled';
/** What Felix takes for true. */
const TRUE = ['true', '1', 'yes', 'y', 't'];

/**
 * A note if a pool uses IPIP while Felix has no setting that switches it on: nothing is invented
 * (tpr-to-crd reference, section 10, row 3).
 */
export function ipipNotes(objects: readonly ConvertedObject[]): Note[] {
  const pools = objects.filter(({ kind, object }) => kind.tpr.kind === 'IpPool' && usesIpip(object));
  const setting = objects.find(
    ({ kind, object }) => kind.tpr.kind === 'GlobalConfig' && object.metadata.name === SETTING,
  );
  const value = isRecord(setting?.object.spec) ? setting.object.spec.value : undefined;
  if (pools.length === 0 || TRUE.includes(String(value).toLowerCase())) return [];
  const [first] = pools;
  const more = pools.length > 1 ? ` and ${pools.length - 1} more` : '';
  const state = setting ? `is ${JSON.stringify(value ?? '')}` : 'does not exist';
  return [
    {
      object: `GlobalConfig ${CALICO_NAMESPACE}/${SETTING}`,
      reason: `${state}, but IPIP is on in pool ${first?.object.metadata.name}${more}; it is left so, and Felix goes by FELIX_IPINIPENABLED of calico-node`,
    },
  ];
}

function usesIpip({ spec }: KubeObject): boolean {
  return isRecord(spec) && isRecord(spec.ipip) && spec.ipip.enabled === true;
}
