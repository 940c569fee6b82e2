import type { KubeObject } from '../../kubernetes/object.ts';
import { CLUSTER_INFORMATIONS, FELIX_CONFIGURATIONS } from '../crd-kinds.ts';
import { convertFelixFields } from '../v1/felix-config.ts';
import { FELIX_FIELDS } from '../v1/felix-fields.ts';
import { ownConversionNotes } from './own-conversion.ts';
import { readSettings, type Setting } from './settings.ts';
import { type KddConversion, type WantedObject, wantedObject } from './wanted.ts';

const CLUSTER_SETTINGS = {
  ClusterGUID: 'clusterGUID',
  ClusterType: 'clusterType',
  CalicoVersion: 'calicoVersion',
};

const KNOWN = [...FELIX_FIELDS.map(({ v1 }) => v1), ...Object.keys(CLUSTER_SETTINGS)];

/**
 * GlobalFelixConfigs to the FelixConfiguration `default`, if one of them is a setting that 3.0 has, and the
 * ClusterInformation `default`, always (conversion reference, sections 3.9, 3.10 and 10). A setting with a problem is in
 * neither. In the Kubernetes datastore no node has Felix settings of its own.
 */
export function convertGlobalFelixConfigs(objects: readonly KubeObject[]): KddConversion {
  const { settings, problems } = readSettings(objects, KNOWN);
  const felix = new Map([...settings].filter(([name]) => !(name in CLUSTER_SETTINGS)));
  const values = new Map([...felix].map(([name, { value }]) => [name, value]));
  const fields = convertFelixFields(values, name => ({
    object: felix.get(name)?.object ?? `GlobalFelixConfig ${name.toLowerCase()}`,
    key: '',
  }));
  const configuration = wantedObject(FELIX_CONFIGURATIONS, { name: 'default' }, fields.spec);
  return {
    objects: [...(fields.isSet ? [configuration] : []), clusterInformation(settings)],
    problems: [
      ...problems,
      ...fields.problems.map(({ object, field, reason, fix }) => ({
        object,
        field: field || 'spec.value',
        reason,
        fix,
      })),
    ],
    notes: [
      ...fields.notes.map(({ object, reason }) => ({ object, reason })),
      ...ownConversionNotes(felix, fields.spec),
    ],
  };
}

/** In the Kubernetes datastore nothing pauses while data moves: it is ready from the start. */
function clusterInformation(settings: ReadonlyMap<string, Setting>): WantedObject {
  const found = Object.entries(CLUSTER_SETTINGS).flatMap(([name, field]) => {
    const value = settings.get(name)?.value;
    return value ? [[field, value] as const] : [];
  });
  const spec = { ...Object.fromEntries(found), datastoreReady: true };
  return wantedObject(CLUSTER_INFORMATIONS, { name: 'default' }, spec);
}
