import { tprBackup } from '../lib/calico/tpr-backup.ts';
import { isEmpty, type TprSnapshot } from '../lib/calico/tpr-snapshot.ts';
import { keepBackup } from '../lib/run/keep-backup.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import type { TprToCrdOptions } from './options.ts';
import { type Plan, writeCount } from './plan.ts';

/**
 * Saves what the plan could touch, before the first write: only if something is going to be written, and there is
 * something to keep. The name is noted at once, for whoever has to find it after a run that was cut off.
 */
export async function saveBackup(
  options: TprToCrdOptions,
  run: Run,
  source: TprSnapshot,
  plan: Plan,
): Promise<void> {
  const log = run.stage('backup');
  if (writeCount(plan) === 0 || isEmpty(source)) {
    log.info('no backup needed: no object is going to be written');
    return;
  }
  if (options.backup === 'none') {
    log.warn('no backup: --backup none');
    return;
  }
  const { files, leftOut } = tprBackup(
    source,
    plan.actions.update.map(({ existing }) => existing),
  );
  for (const line of leftOut) log.warn(`${line}; it is in the raw files of the backup`);
  const { place } = await keepBackup(options, run, 'tpr-to-crd', files);
  log.info(`saved and read back: ${place} (${countOf(files.size, 'file')})`);
}
