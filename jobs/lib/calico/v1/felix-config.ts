import { nameProblems } from '../v3/names.ts';
import { clusterEntry } from '../v3/storage.ts';
import { FELIX_FIELDS } from './felix-fields.ts';
import { convertNodeName } from './names.ts';
import type { Unit, UnitNote, UnitProblem, UnitResult, UnitValues } from './unit.ts';

/** How a setting is named to people, and where it is stored. */
export interface SettingPlace {
  readonly object: string;
  readonly key: string;
}

/** Felix settings as fields of a FelixConfiguration. */
export interface FelixFields {
  readonly spec: Readonly<Record<string, unknown>>;
  /** Whether there is a setting that v3 has. Without one there is no FelixConfiguration. */
  readonly isSet: boolean;
  readonly problems: readonly UnitProblem[];
  readonly notes: readonly UnitNote[];
}

/**
 * Felix settings of Calico 2.6, by name, to fields of a FelixConfiguration (conversion reference, section 3.9). Settings
 * that v3 does not have are noted.
 */
export function convertFelixFields(
  values: ReadonlyMap<string, string>,
  placeOf: (name: string) => SettingPlace,
): FelixFields {
  const spec: Record<string, unknown> = {};
  const problems: UnitProblem[] = [];
  const notes: UnitNote[] = [];
  const known = new Set<string>();
  for (const { v1, v3, convert } of FELIX_FIELDS) {
    const text = values.get(v1);
    if (text === undefined) continue;
    known.add(v1);
    const result = convert(text);
    if ('reason' in result) problems.push({ ...placeOf(v1), field: '', ...result });
    else if (result.value !== undefined) spec[v3] = result.value;
    if ('note' in result && result.note !== undefined) notes.push({ ...placeOf(v1), reason: result.note });
  }
  const unknown = [...values.keys()].filter(name => !known.has(name)).sort();
  const reason = 'is no setting of Felix that Calico 3.0 keeps in the datastore, and is not carried over';
  notes.push(...unknown.map(name => ({ ...placeOf(name), reason })));
  return { spec, isSet: known.size > 0, problems, notes };
}

/** The keys below `/calico/v1/config` to the FelixConfiguration `default`. */
export function convertGlobalFelixConfig(_unit: Unit, values: UnitValues): UnitResult {
  const place = (name: string) => ({
    object: `GlobalFelixConfig(name=${name})`,
    key: `/calico/v1/config/${name}`,
  });
  const { spec, isSet, problems, notes } = convertFelixFields(byName(values, '/calico/v1/config/'), place);
  if (!isSet || problems.length > 0) return { problems, notes };
  return { entry: felixEntry('default', spec), problems, notes };
}

/** The keys below `/calico/v1/host/<host>/config` to the FelixConfiguration `node.<node>`. */
export function convertHostFelixConfig(unit: Unit, values: UnitValues): UnitResult {
  const { host = '' } = unit.parts;
  const node = convertNodeName(host);
  const root = `/calico/v1/host/${host}/config/`;
  const place = (name: string) => ({ object: `HostConfig(node=${node},name=${name})`, key: root + name });
  const { spec, isSet, problems, notes } = convertFelixFields(byName(values, root), place);
  if (!isSet || problems.length > 0) return { problems, notes };
  const invalid = nameProblems('metadata.name', `node.${node}`);
  if (invalid.length === 0) return { entry: felixEntry(`node.${node}`, spec), problems, notes };
  if (nameProblems('metadata.name', node).length > 0)
    return { problems, notes: [...notes, noNode(unit, root)] };
  const reported = invalid.map(
    problem => ({ object: unit.name, ...problem, key: root, report: 'validationerrors' }) as const,
  );
  return { problems: reported, notes };
}

/** The host's Node, which the same directory makes, has the problem. */
const noNode = ({ name }: Unit, key: string): UnitNote => ({
  object: name,
  key,
  reason: 'is not carried over: the name of its Node is not valid in v3',
});

const felixEntry = (name: string, spec: Readonly<Record<string, unknown>>) =>
  clusterEntry('FelixConfiguration', 'felixconfigurations', { name }, spec);

const byName = (values: UnitValues, root: string): ReadonlyMap<string, string> =>
  new Map(Array.from(values, ([key, value]) => [key.slice(root.length), value]));
