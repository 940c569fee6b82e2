import { refused } from '../lib/run/failure.ts';
import { type Facts, pausedByUs } from '../lib/run/migration-facts.ts';
import { checkReady } from './ready.ts';
import { checkVersion } from './version-gate.ts';

/** Refuses a start, by name of what stands in the way (conversion reference, section 9). */
export function checkFacts({ version, ready, record }: Facts): void {
  if (record?.phase === 'completed') {
    throw refused(
      `this migration was completed at ${record.since}: Calico 3.0 works on its data. To go back: etcd-v2-to-v3 abort --after-complete`,
    );
  }
  if (record?.phase === 'aborting') {
    throw refused(
      `an abort was begun at ${record.since} and is not at its end. End it with: etcd-v2-to-v3 abort`,
    );
  }
  const gate = checkVersion(version);
  if (gate.verdict !== 'migrate') throw refused(gate.reason);
  const verdict = checkReady(ready, pausedByUs(record));
  if (verdict.verdict === 'refused') throw refused(verdict.reason);
}
