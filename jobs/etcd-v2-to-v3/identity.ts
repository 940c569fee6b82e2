import type { MigrationRecord } from '../lib/etcd/migration-record.ts';
import type { Identity } from './convert.ts';

/** What the objects of a migration have in common. A dry run without one shows objects as they would be, but for uid and time. */
export function identityOf(record: Pick<MigrationRecord, 'id' | 'startedAt'> | undefined): Identity {
  const { id, startedAt } = record ?? { id: 'dry run', startedAt: new Date().toISOString() };
  return { id, creationTimestamp: startedAt.replace(/\.\d+Z$/, 'Z') };
}
