import { kddBackup } from '../lib/calico/kdd/backup.ts';
import type { KddSource } from '../lib/calico/kdd/source.ts';
import { keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { KddOptions } from './options.ts';
import { type Plan, writeCount } from './plan.ts';

/** Saves the old data, and what the plan overwrites, before the first write, and only where something is to be written. */
export async function saveBackup(
  options: KddOptions,
  run: Run,
  source: KddSource,
  plan: Plan,
): Promise<void> {
  const log = run.stage('backup');
  if (writeCount(plan) === 0) {
    log.info('no backup needed: no object is going to be written');
    return;
  }
  if (options.backup === 'none') {
    log.warn('no backup: --backup none');
    return;
  }
  const files = kddBackup(
    source,
    plan.actions.update.map(({ existing }) => existing),
  );
  const { place } = await keepBackup(options, run, 'kdd-v1-to-v3', files);
  log.info(`saved and read back: ${place} (${countOf(files.size, 'file')})`);
}
