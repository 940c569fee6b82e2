import * as v from 'valibot';

/** What is wrong, a sentence each, beginning with the field: `spec.rollout.order must be name or label`. */
export function messagesOf(issues: readonly v.BaseIssue<unknown>[]): readonly string[] {
  return issues.map(issue => `${fieldOf(issue)} ${textOf(issue)}`);
}

function fieldOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null ? 'spec' : `spec.${path}`;
}

function textOf({ type, received, expected, message }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object' && expected === 'never') return 'is not known: look for a spelling mistake';
  if (received === 'undefined') return `is missing (${message})`;
  return message.startsWith('must') ? `${message} (it is ${received})` : message;
}
