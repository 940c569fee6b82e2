import type { KubeObject } from '../../kubernetes/object.ts';
import { parseAsNumber } from '../as-number.ts';
import { BGP_CONFIGURATIONS } from '../crd-kinds.ts';
import { valueText } from '../object-text.ts';
import type { Note, Problem } from '../problem.ts';
import { convertLogLevel } from '../v1/log-level.ts';
import { readSettings, type Setting } from './settings.ts';
import { BGP_CONFIG_ANNOTATION_PREFIX } from './source.ts';
import { type KddConversion, wantedObject } from './wanted.ts';

/** What became of one setting. */
type Field = { readonly value: unknown; readonly note?: string | undefined } | { readonly expected: string };

const FIELDS: Readonly<Record<string, { readonly v3: string; readonly convert: (text: string) => Field }>> = {
  LogLevel: {
    v3: 'logSeverityScreen',
    convert: text => {
      const { level, note } = convertLogLevel(text);
      return { value: level, note };
    },
  },
  NodeMeshEnabled: { v3: 'nodeToNodeMeshEnabled', convert: meshValue },
  AsNumber: {
    v3: 'asNumber',
    convert: text => {
      const value = parseAsNumber(text);
      return value === undefined ? { expected: 'an AS number from 0 to 4294967295' } : { value };
    },
  },
};

/**
 * GlobalBGPConfigs to the BGPConfiguration `default`; none where no setting has a value (conversion reference, section
 * 3.3). In the Kubernetes datastore NodeMeshEnabled is `true` or `false` without more (tpr-to-crd reference, section 2.1).
 */
export function convertGlobalBgpConfigs(objects: readonly KubeObject[]): KddConversion {
  const { settings, problems } = readSettings(objects, Object.keys(FIELDS));
  const spec: Record<string, unknown> = {};
  const found: Problem[] = [...problems];
  const notes: Note[] = [];
  for (const [name, { v3, convert }] of Object.entries(FIELDS)) {
    const setting = settings.get(name);
    if (!setting?.value) continue;
    const field = convert(setting.value);
    if ('expected' in field) found.push(unreadable(setting, field.expected));
    else spec[v3] = field.value;
    if ('note' in field && field.note) notes.push({ object: setting.object, reason: field.note });
  }
  const unknown = [...settings.values()].filter(({ name }) => !Object.hasOwn(FIELDS, name));
  notes.push(...unknown.map(({ object }) => ({ object, reason: NOT_IN_3_0 })));
  const isSet = Object.keys(spec).length > 0;
  const wanted = isSet ? [wantedObject(BGP_CONFIGURATIONS, { name: 'default' }, spec)] : [];
  return { objects: wanted, problems: found, notes };
}

const NOT_IN_3_0 = 'is no BGP setting that Calico 3.0 has, and is not carried over';

/** In all forms that Go reads, and the one of the etcd datastore. */
function meshValue(text: string): Field {
  if (/^(1|t|true)$/i.test(text) || /^\{\s*"enabled"\s*:\s*true\s*\}$/.test(text)) return { value: true };
  if (/^(0|f|false)$/i.test(text) || /^\{\s*"enabled"\s*:\s*false\s*\}$/.test(text)) return { value: false };
  return { expected: 'true or false' };
}

function unreadable({ object, value }: Setting, expected: string): Problem {
  const reason = `is ${valueText(value)}, expected ${expected}`;
  return { object, field: 'spec.value', reason, fix: 'Correct the value, or delete the object' };
}

/** BGP settings of single nodes, which 3.0 does not have: a note for each setting, with the Nodes. */
export function nodeBgpConfigNotes(nodes: readonly KubeObject[]): readonly Note[] {
  const found = nodes.flatMap(({ metadata: { name, annotations = {} } }) =>
    Object.keys(annotations)
      .filter(key => key.startsWith(BGP_CONFIG_ANNOTATION_PREFIX))
      .map(key => ({ key, name })),
  );
  return [...Map.groupBy(found, ({ key }) => key)].map(([key, same]) => {
    const more = same.length > 1 ? ` and ${same.length - 1} more` : '';
    const reason = `annotation ${key} is a BGP setting of one node, which Calico 3.0 does not have, and is not carried over`;
    return { object: `Node ${same[0]?.name}${more}`, reason };
  });
}
