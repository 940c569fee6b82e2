import type { Option } from 'commander';
import type { CommonOptions } from './options.ts';
import { switchOption } from './options.ts';

/** Options of a job that deletes. */
export interface ConfirmOptions extends CommonOptions {
  readonly confirm: boolean;
}

/** `--confirm`, without which a job that deletes only says what it would do (job contract, design). */
export const confirmOption = (): Option =>
  switchOption('confirm', 'do it; without this, what would be done is printed, and nothing is changed');

/** The options of a run that nobody has confirmed are those of a dry run. */
export const dryUnlessConfirmed = <O extends ConfirmOptions>(options: O): O => ({
  ...options,
  dryRun: options.dryRun || !options.confirm,
});

/** How the sentence of a refusal begins, in a job that deletes. */
export const NOTHING_DELETED = 'nothing was deleted: ';

/** What a run that changed nothing says of how to go on. */
export const HOW_TO_CONFIRM = 'To do it, start again with --confirm (CALICO_UPGRADE_CONFIRM=true)';
