import type { KubeClient } from '../lib/kubernetes/client.ts';
import { editKeptText, type KeptText, readKeptText } from '../lib/run/beside-report.ts';
import type { CommonOptions } from '../lib/run/options.ts';

/** The backups whose policies a conversion deleted, and no revert has brought back: a name a line, the latest last. */
export interface RevertRecord {
  read(): Promise<readonly string[]>;
  /** Notes a backup; to be done before the first deletion. Safe to repeat. */
  add(backup: string): Promise<void>;
  /** Forgets backups that are brought back. */
  forget(backups: readonly string[]): Promise<void>;
}

/** The record that is kept beside the report. */
export function revertRecord(options: CommonOptions, client: () => KubeClient): RevertRecord {
  const kept: KeptText = { options, client, job: 'policy-converter', name: 'to-revert.txt' };
  return {
    read: async () => linesOf(await readKeptText(kept)),
    add: backup =>
      editKeptText(kept, text => {
        const others = linesOf(text).filter(line => line !== backup);
        return linesOf(text).at(-1) === backup ? undefined : textOf([...others, backup]);
      }),
    forget: backups =>
      editKeptText(kept, text => {
        const left = linesOf(text).filter(line => !backups.includes(line));
        return left.length === linesOf(text).length ? undefined : textOf(left);
      }),
  };
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);

const textOf = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('');
