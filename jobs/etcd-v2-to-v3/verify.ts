import { changesBetween } from '../lib/etcd/v3-events.ts';
import { different } from '../lib/run/failure.ts';
import type { Stores } from '../lib/run/stores.ts';
import { countOf } from '../lib/run/table.ts';
import { expectedValue, isExpected, type Migration } from './migration.ts';
import { CALICO_PREFIX, readCalico } from './target.ts';

/** What etcd v3 held when all of it was compared. */
export interface Verified {
  /** The revision of the look. */
  readonly revision: string;
  /** Keys that this migration has no business with. */
  readonly foreign: ReadonlySet<string>;
}

/** Calico's keys, and ours: the changes of ours tell how far a watch is. */
const OWN_AND_CALICO = '/calico';

/**
 * Finds out beforehand that the user may read all that is watched while Calico is paused: a watch needs the right to the
 * whole range, and not only to Calico's keys and to ours. Throws an EtcdError `denied`.
 */
export async function checkMayVerify({ v3 }: Stores, signal: AbortSignal): Promise<void> {
  const options = { pageSize: 1, keysOnly: true, signal };
  await v3.readPrefix(OWN_AND_CALICO, options)[Symbol.asyncIterator]().next();
}

/**
 * Reads all of Calico's data in etcd v3 back and compares every text with what was converted. Throws a failure that names
 * each key that is missing or differs.
 */
export async function verifyAll(migration: Migration): Promise<Verified> {
  const { stores, state, signal } = migration;
  const revision = await stores.v3.revision(CALICO_PREFIX, signal);
  const differences: string[] = [];
  const foreign = new Set<string>();
  let equal = 0;
  for await (const { key, value } of readCalico(migration, { revision })) {
    if (isExpected(migration, key, value)) equal += 1;
    else if (expectedValue(migration, key) === undefined) foreign.add(key);
    else differences.push(`${key}: differs from what was converted`);
  }
  if (equal + differences.length < state.wanted.size)
    differences.push(...(await missingKeys(migration, revision)));
  if (differences.length > 0) throw differing(differences);
  return { revision, foreign };
}

/**
 * Compares everything that changed since all of it was compared, up to a revision of our own: together that is all of it,
 * in a time that does not grow with the data. Throws as `verifyAll`. Returns the keys of others that changed meanwhile.
 */
export async function verifySince(
  migration: Migration,
  { revision }: Verified,
  upTo: string,
): Promise<readonly string[]> {
  const { stores, signal } = migration;
  const changes = await changesBetween(stores.v3.connection, OWN_AND_CALICO, revision, upTo, signal);
  const calico = [...changes].filter(([key]) => key.startsWith(CALICO_PREFIX));
  const wrong = calico.filter(([key, value]) => {
    const expected = expectedValue(migration, key);
    return expected !== undefined && !value?.equals(expected);
  });
  if (wrong.length > 0) {
    throw differing(
      wrong.map(([key, value]) => `${key}: ${value ? 'differs from what was converted' : 'is missing'}`),
    );
  }
  return calico
    .filter(([key, value]) => value && expectedValue(migration, key) === undefined)
    .map(([key]) => key);
}

async function missingKeys(migration: Migration, revision: string): Promise<readonly string[]> {
  const missing = new Set(migration.state.wanted.keys());
  for await (const { key } of readCalico(migration, { revision, keysOnly: true })) missing.delete(key);
  return [...missing].map(key => `${key}: is missing`);
}

function differing(differences: readonly string[]) {
  return different(
    `verification found ${countOf(differences.length, 'difference')} between the converted data and etcd v3: somebody else writes there. Find out who, then start again`,
    differences,
  );
}
