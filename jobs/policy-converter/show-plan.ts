import type { Note } from '../lib/calico/problem.ts';
import { objectKey } from '../lib/kubernetes/object.ts';
import type { Log } from '../lib/run/log.ts';
import { firstLines } from '../lib/run/table.ts';
import type { Notes } from './notes.ts';
import type { Plan } from './plan.ts';
import { planTable } from './table.ts';

/** Lists in the log end here; the report has them whole. */
const LOG_LINES = 200;

/** Shows the table, of all namespaces in a dry run and else of those where something is done, and the notes. */
export function showPlan(
  log: Log,
  { namespaces }: Plan,
  notes: readonly string[],
  everyNamespace: boolean,
): void {
  const shown = everyNamespace ? namespaces : namespaces.filter(({ action }) => action !== 'nothing');
  if (shown.length > 0) for (const line of planTable(shown)) log.info(line);
  const others = namespaces.length - shown.length;
  if (others > 0) log.info(`in ${others} of ${namespaces.length} namespaces nothing is to be done`);
  for (const line of firstLines(notes, LOG_LINES, 'the report has them all')) log.warn(line);
}

const noteText = ({ object, reason }: Note): string => `${object}: ${reason}`;

/** The part of the report that people look details up in. */
export function planDetails(
  { namespaces, create, remove, problems }: Plan,
  notes: Notes,
): Readonly<Record<string, unknown>> {
  const worked = namespaces.filter(({ action }) => action !== 'nothing');
  return {
    toCreate: create.map(objectKey),
    toDelete: remove.map(objectKey),
    namespaces: worked.map(({ namespace, action, why }) => ({ namespace, action, why })),
    problems,
    annotations: notes.annotations.map(noteText),
    meaningChanges: notes.meaningChanges.map(noteText),
    managed: notes.managed.map(noteText),
  };
}
