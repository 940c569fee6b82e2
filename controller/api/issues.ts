import type * as v from 'valibot';

/** What is wrong, a sentence each, beginning with the field: `spec.manifests[0].configMap is missing`. */
export function messagesOf(issues: readonly v.BaseIssue<unknown>[]): readonly string[] {
  return issues.map(issue => `${fieldOf(issue)} ${textOf(issue)}`);
}

/** As a person would point at it in the YAML, or to jq. */
function fieldOf({ path }: v.BaseIssue<unknown>): string {
  const parts = (path ?? []).map(({ type, key }) => {
    if (type === 'array') return `[${String(key)}]`;
    const name = String(key);
    return /^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return `spec${parts.join('')}`;
}

/** For kinds of values, which the schema has no words for. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'must be text',
  number: 'must be a number',
  boolean: 'must be true or false',
  array: 'must be a list',
  strict_object: 'must have fields',
  record: 'must have fields',
};

function textOf({ type, kind, expected, received, input, message }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object' && expected === 'never') return 'is not known: look for a spelling mistake';
  if (received === 'undefined') return 'is missing';
  if (input === null) return 'has no value: give it one, or leave it out';
  const text = message.startsWith('must') ? message : (KINDS[type] ?? `must be ${expected}`);
  return `${text}${valueText(input, kind === 'schema')}`;
}

const MOST_SHOWN = 60;

/** What is there in its place. Of what is only too short or lacks something nothing is shown, unless it is of a wrong kind. */
function valueText(input: unknown, isOfWrongKind: boolean): string {
  if (typeof input === 'number' || typeof input === 'boolean') return ` (it is ${input})`;
  if (typeof input === 'string') {
    if (input === '') return isOfWrongKind ? ' (it is empty)' : '';
    const text = JSON.stringify(input);
    return ` (it is ${text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)} …` : text})`;
  }
  if (!isOfWrongKind) return '';
  return Array.isArray(input) ? ' (it is a list)' : ' (it has fields)';
}
