import { isRecord } from '../kubernetes/object.ts';
import { compareKeys } from './go-yaml/key-order.ts';
import { numberText } from './go-yaml/number.ts';
import { indented, newOutput, type Output, writeIndent, writeIndicator } from './go-yaml/output.ts';
import { isSimpleKey, writeBare, writeString } from './go-yaml/scalar.ts';

/**
 * JSON data as the YAML text that Go programs of 2017 printed (ghodss/yaml over gopkg.in/yaml.v2, and so calicoctl
 * 1.4 and kubectl 1.7), byte for byte. Where those read their own JSON wrongly (U+0085) or not at all (control
 * characters from U+007F on, U+FEFF), the character is escaped, so that nothing is lost.
 */
export function goYaml(value: unknown): string {
  const out = newOutput();
  writeNode(out, value, 'root');
  writeIndent(out);
  return out.text;
}

/** Where a node stands. */
type Place = 'root' | 'item' | 'value';

function writeNode(out: Output, value: unknown, place: Place): void {
  if (typeof value === 'string') writeString(out, value.toWellFormed(), { simpleKey: false });
  else if (typeof value === 'number') writeBare(out, numberText(value));
  else if (typeof value === 'boolean') writeBare(out, String(value));
  else if (Array.isArray(value)) writeSequence(out, value, place);
  else if (isRecord(value)) writeMapping(out, value);
  else writeBare(out, 'null');
}

function writeSequence(out: Output, items: readonly unknown[], place: Place): void {
  const level = place === 'value' && !out.indention ? 'sameLevel' : 'block';
  if (items.length === 0) writeIndicator(out, '[]', { blankBefore: true });
  indented(out, level, () => {
    for (const item of items) {
      writeIndent(out);
      writeIndicator(out, '-', { blankBefore: true, keepsIndention: true });
      writeNode(out, item, 'item');
    }
  });
}

function writeMapping(out: Output, record: Readonly<Record<string, unknown>>): void {
  const members = Object.entries(record).filter(([, value]) => value !== undefined);
  members.sort(([a], [b]) => compareKeys(a, b));
  if (members.length === 0) writeIndicator(out, '{}', { blankBefore: true });
  indented(out, 'block', () => {
    for (const [key, member] of members) {
      writeIndent(out);
      writeKey(out, key.toWellFormed());
      writeNode(out, member, 'value');
    }
  });
}

function writeKey(out: Output, key: string): void {
  if (isSimpleKey(key)) {
    writeString(out, key, { simpleKey: true });
    writeIndicator(out, ':');
    return;
  }
  writeIndicator(out, '?', { blankBefore: true, keepsIndention: true });
  writeString(out, key, { simpleKey: false });
  writeIndent(out);
  writeIndicator(out, ':', { blankBefore: true, keepsIndention: true });
}
