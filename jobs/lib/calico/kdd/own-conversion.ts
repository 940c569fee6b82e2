import { valueText } from '../object-text.ts';
import type { Note } from '../problem.ts';
import { FELIX_FIELDS } from '../v1/felix-fields.ts';
import type { Setting } from './settings.ts';

/** What Go's strconv.ParseBool reads. */
const GO_BOOLEAN = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

/**
 * Notes settings that Felix 2.6 reads, but the conversion cannot that a calico-node 3.0 or Typha makes of its own when it
 * starts, until a node of 3.0 has written its version (conversion reference, sections 3.9, 9 and 10; original-defects
 * reference, row 13). `spec` is what they become here.
 */
export function ownConversionNotes(
  settings: ReadonlyMap<string, Setting>,
  spec: Readonly<Record<string, unknown>>,
): readonly Note[] {
  return FELIX_FIELDS.flatMap(({ v1, v3 }) => {
    const setting = settings.get(v1);
    const value = spec[v3];
    if (!setting || value === undefined || isReadByNodes(v1, setting.value, value)) return [];
    const reason = `is ${valueText(setting.value)}, which the conversion that calico-node 3.0 makes itself when it starts does not read, so that it may not start. Write ${String(value)}, which is the same, before the first node runs 3.0`;
    return [{ object: setting.object, reason }];
  });
}

function isReadByNodes(name: string, text: string, value: unknown): boolean {
  if (typeof value === 'boolean') return GO_BOOLEAN.test(text);
  return name !== 'IptablesMarkMask' || /^[0-9]+$/.test(text);
}
