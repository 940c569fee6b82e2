import { valueText } from '../object-text.ts';
import type { FieldProblem } from './field-problem.ts';
import { isDnsSubdomain } from './names.ts';

type Texts = Readonly<Record<string, string>>;

/** The most that all annotations of an object may hold, keys and values, in bytes. */
const ANNOTATIONS_SIZE = 256 * 1024;

const LABEL_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Whether Kubernetes takes the text as the key of a label: an optional DNS prefix with `/`, and 63 characters. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return LABEL_NAME.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && isDnsSubdomain(prefix) && LABEL_NAME.test(key.slice(slash + 1));
}

/** Whether Kubernetes takes the text as the value of a label; it may be empty. */
export const isLabelValue = (value: string): boolean => value === '' || LABEL_NAME.test(value);

/** What is wrong with labels, whose keys and values are those of Kubernetes (conversion reference, section 6). */
export function labelProblems(field: string, labels: Texts = {}): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const key of Object.keys(labels)) {
    const value = labels[key] ?? '';
    if (!isLabelKey(key)) problems.push(badKey(field, key, 'label'));
    if (!isLabelValue(value)) problems.push(badValue(field, key, value));
  }
  return problems;
}

/** What is wrong with annotations: keys as of labels, in any case, and 256 KiB in all. */
export function annotationProblems(field: string, annotations: Texts = {}): FieldProblem[] {
  const keys = Object.keys(annotations);
  const problems = keys
    .filter(key => !isLabelKey(key.toLowerCase()))
    .map(key => badKey(field, key, 'annotation'));
  const sizes = keys.map(key => Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? ''));
  const size = sizes.reduce((sum, bytes) => sum + bytes, 0);
  if (size > ANNOTATIONS_SIZE) {
    problems.push({
      field,
      reason: `hold ${size} bytes, expected ${ANNOTATIONS_SIZE} at most`,
      fix: 'Shorten or remove annotations in etcd v2',
    });
  }
  return problems;
}

function badKey(field: string, key: string, what: 'label' | 'annotation'): FieldProblem {
  return {
    field,
    reason:
      `has the key ${valueText(key)}, expected at most 63 letters, digits, '-', '_' and '.' with a letter or ` +
      "digit at both ends, after a DNS name and '/' if there is a prefix",
    fix: `Rename the ${what} in etcd v2, and in the selectors that use it`,
  };
}

function badValue(field: string, key: string, value: string): FieldProblem {
  return {
    field: `${field}[${JSON.stringify(key)}]`,
    reason:
      `is ${valueText(value)}, expected at most 63 letters, digits, '-', '_' and '.' with a letter or digit at ` +
      'both ends, or nothing',
    fix: 'Change the value of the label in etcd v2, and in the selectors that use it',
  };
}
