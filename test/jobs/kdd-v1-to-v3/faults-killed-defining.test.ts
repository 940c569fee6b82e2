import { test } from 'node:test';
import { killAt, killAtEachWrite } from '../tpr-to-crd/fault-kill.ts';
import { useFaultLane } from '../tpr-to-crd/fault-suite.ts';
import { KDD_SUBJECT } from './fault-subject.ts';

const suite = useFaultLane({ subject: KDD_SUBJECT });

const isDefinition = ({ path }: { readonly path: string }): boolean =>
  /\/customresourcedefinitions$/.test(path);

// F1; faults-killed.test.ts has the writes of objects, faults-killed-each.slow.ts every write on a cluster without kinds.
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} each definition of a kind: the next run ends as if nothing had been`, t =>
    killAtEachWrite(suite, when, t, isDefinition));
}

test('killed four times in a row: the next run ends as if nothing had been', async () => {
  for (const when of ['before', 'after', 'before', 'after'] as const) await killAt(suite.lane, 4, when);
  await suite.nextRunCompletes();
});
