import { parseAsNumber } from '../as-number.ts';
import { valueText } from '../object-text.ts';
import { clusterEntry } from '../v3/storage.ts';
import type { SettingPlace } from './felix-config.ts';
import { addConversionError, addNote, type Findings } from './findings.ts';
import { objectOf, readJson, struct } from './json-fields.ts';
import { readBoolean } from './json-readers.ts';
import { convertLogLevel } from './log-level.ts';
import type { Unit, UnitNote, UnitProblem, UnitResult, UnitValues } from './unit.ts';

/** A cluster-wide BGP setting, by its name in the API. */
export type BgpSetting = 'AsNumber' | 'LogLevel' | 'NodeMeshEnabled';

/** BGP settings as fields of a BGPConfiguration; without a field there is no BGPConfiguration. */
export interface BgpFields {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly problems: readonly UnitProblem[];
  readonly notes: readonly UnitNote[];
}

const MESH = objectOf(struct('enabled'));

const SETTING_OF_KEY: Readonly<Record<string, BgpSetting>> = {
  '/calico/bgp/v1/global/as_num': 'AsNumber',
  '/calico/bgp/v1/global/loglevel': 'LogLevel',
  '/calico/bgp/v1/global/node_mesh': 'NodeMeshEnabled',
};

/**
 * BGP settings of Calico 2.6 to fields of a BGPConfiguration (conversion reference, section 3.3). NodeMeshEnabled is JSON,
 * `{"enabled":true}`, the others are plain; empty ones are not set.
 */
export function convertBgpFields(
  values: ReadonlyMap<BgpSetting, string>,
  placeOf: (setting: BgpSetting) => SettingPlace,
): BgpFields {
  const problems: UnitProblem[] = [];
  const notes: UnitNote[] = [];
  const read = <T>(
    setting: BgpSetting,
    convert: (text: string, found: Findings, key: string) => T,
  ): T | undefined => {
    const text = values.get(setting);
    if (text === undefined) return undefined;
    const { object, key } = placeOf(setting);
    return convert(text, { object, problems, notes }, key);
  };
  const asNumber = read('AsNumber', readAsNumber);
  const logSeverityScreen = read('LogLevel', readLogLevel);
  const nodeToNodeMeshEnabled = read('NodeMeshEnabled', readMesh);
  const fields = Object.entries({ logSeverityScreen, nodeToNodeMeshEnabled, asNumber });
  return { spec: Object.fromEntries(fields.filter(([, value]) => value !== undefined)), problems, notes };
}

/** The keys below `/calico/bgp/v1/global` to the BGPConfiguration `default`. */
export function convertBgpConfiguration(_unit: Unit, values: UnitValues): UnitResult {
  const keys = new Map<BgpSetting, string>();
  const texts = new Map<BgpSetting, string>();
  for (const [key, text] of values) {
    const setting = SETTING_OF_KEY[key];
    if (setting === undefined) continue;
    keys.set(setting, key);
    texts.set(setting, text);
  }
  const place = (setting: BgpSetting) => ({
    object: `GlobalBGPConfig(name=${setting})`,
    key: keys.get(setting) ?? '',
  });
  const { spec, problems, notes } = convertBgpFields(texts, place);
  if (problems.length > 0 || Object.keys(spec).length === 0) return { problems, notes };
  const entry = clusterEntry('BGPConfiguration', 'bgpconfigurations', { name: 'default' }, spec);
  return { entry, problems, notes };
}

/** An AS number in plain text; empty is not set. */
export function readAsNumber(text: string, found: Findings, key: string): number | undefined {
  if (text === '') return undefined;
  const number = parseAsNumber(text);
  if (number === undefined) {
    addConversionError(found, key, {
      field: '',
      reason: `the AS number is ${valueText(text)}, expected a number such as 64512 or 1.10`,
      fix: `Correct ${key} in etcd v2, or delete it`,
    });
  }
  return number;
}

function readLogLevel(text: string, found: Findings, key: string): string | undefined {
  if (text === '') return undefined;
  const { level, note } = convertLogLevel(text);
  if (note !== undefined) addNote(found, key, note);
  return level;
}

function readMesh(text: string, found: Findings, key: string): boolean | undefined {
  const mesh = readJson({ found, key }, text, MESH);
  if (mesh === undefined) return undefined;
  return mesh.get('enabled', readBoolean) ?? false;
}
