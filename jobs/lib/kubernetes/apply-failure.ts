import { refused } from '../run/failure.ts';
import { accessText } from './access.ts';
import { ApiError } from './errors.ts';
import type { ServedForm } from './forms.ts';
import { objectKey } from './object.ts';

const VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update' };

/** Of 1.7, and of later servers: whoever gives rights away has to have them. */
const GRANTS_MORE = /attempt to grant extra privileges|attempting to grant RBAC permissions/;

/** What an error of the API server means for an object that is applied; other errors as they are. */
export function applyFailure(error: unknown, { resource, wanted }: ServedForm): unknown {
  if (!(error instanceof ApiError)) return error;
  const { object, source } = wanted;
  const { name, namespace } = object.metadata;
  const what = `${resource.kind} ${objectKey(object)}${source ? ` (${source})` : ''}`;
  if (error.status === 403) {
    if (GRANTS_MORE.test(error.message)) {
      return refused(
        `${what} gives rights that we do not have, and nobody may give those. Grant them to this service account, too: ${error.message}`,
      );
    }
    if (!/\bcannot\b/.test(error.message)) return refused(`${what} is not allowed here: ${error.message}`);
    const verb = VERBS[error.request.split(' ')[0] ?? ''] ?? 'get';
    const { group, plural } = resource;
    const limits = verb === 'create' ? {} : { name };
    const access = {
      verb,
      group,
      resource: plural,
      ...limits,
      ...(namespace !== undefined && { namespace }),
    };
    return refused(`${what} cannot be applied, since we may not: ${accessText(access)}. Grant this right`);
  }
  return [400, 405, 413, 422].includes(error.status)
    ? refused(`the API server does not take ${what}: ${error.message}. Correct it where it is from`)
    : error;
}
