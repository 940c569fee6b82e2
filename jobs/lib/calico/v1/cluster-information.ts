import { clusterEntry } from '../v3/storage.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';

const FIELDS = { clusterGUID: 'ClusterGUID', clusterType: 'ClusterType', calicoVersion: 'CalicoVersion' };

/**
 * The ClusterInformation `default`. It is made whatever keys there are: its `datastoreReady`, false here, is what keeps the
 * components of v3 waiting (conversion reference, section 3.10).
 */
export function convertClusterInformation(_unit: Unit, values: UnitValues): UnitResult {
  const texts = Object.entries(FIELDS)
    .map(([field, name]) => [field, values.get(`/calico/v1/config/${name}`) ?? ''] as const)
    .filter(([, text]) => text !== '');
  const spec = { ...Object.fromEntries(texts), datastoreReady: false };
  const entry = clusterEntry('ClusterInformation', 'clusterinformations', { name: 'default' }, spec);
  return { entry, problems: [], notes: [] };
}
