import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import { valueText } from '../object-text.ts';
import type { Problem } from '../problem.ts';

/** A setting of Calico 2.6: an object of GlobalFelixConfigs or GlobalBGPConfigs. */
export interface Setting {
  /** `GlobalFelixConfig logseverityscreen` */
  readonly object: string;
  /** As it is spelled in `known` of `readSettings`, or else as the object has it. */
  readonly name: string;
  readonly value: string;
}

interface ReadSettings {
  /** By name; of several equal ones the first. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly Problem[];
}

/**
 * Reads settings. The name is that of the spec, in any case, since Felix and the lookup of an object ignore it
 * (tpr-to-crd reference, section 3); null and no value count as not set. Two objects that give one setting different
 * values are a problem each.
 */
export function readSettings(objects: readonly KubeObject[], known: readonly string[]): ReadSettings {
  const spelling = new Map(known.map(name => [name.toLowerCase(), name]));
  const read = objects
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(object => readSetting(object, spelling));
  const settings = read.flatMap(({ setting }) => (setting ? [setting] : []));
  const groups = [...Map.groupBy(settings, ({ name }) => name).values()];
  const clashing = groups.filter(group => group.some(({ value }) => value !== group[0]?.value));
  const clear = groups.filter(group => !clashing.includes(group)).flatMap(([first]) => first ?? []);
  return {
    settings: new Map(clear.map(setting => [setting.name, setting])),
    problems: [...read.flatMap(({ problems }) => problems), ...clashing.flatMap(clashProblems)],
  };
}

function readSetting(
  { kind, metadata, spec }: KubeObject,
  spelling: ReadonlyMap<string, string>,
): { readonly setting?: Setting; readonly problems: readonly Problem[] } {
  const object = `${kind} ${metadata.name}`;
  const { name, value } = isRecord(spec) ? spec : {};
  if (typeof name !== 'string' || name === '') {
    const reason = `is ${valueText(name)}, expected the name of a setting`;
    return { problems: [{ object, field: 'spec.name', reason, fix: FIX }] };
  }
  if (value === undefined || value === null) return { problems: [] };
  if (typeof value !== 'string') {
    const reason = `is ${valueText(value)}, expected a string`;
    return { problems: [{ object, field: 'spec.value', reason, fix: 'Write the value in quotes' }] };
  }
  return { setting: { object, name: spelling.get(name.toLowerCase()) ?? name, value }, problems: [] };
}

const FIX = 'Write the name of the setting, or delete the object';

function clashProblems(group: readonly Setting[]): Problem[] {
  return group.map(one => {
    const others = group.filter(other => other !== one).map(({ object }) => object);
    const reason = `sets ${one.name} to ${valueText(one.value)}, and ${others.join(', ')} to another value`;
    return { object: one.object, field: 'spec.value', reason, fix: 'Delete the objects that are wrong' };
  });
}
