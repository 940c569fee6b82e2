import { addOnObjects, targetFor } from '../steps/target-for.ts';
import type { Work } from './run.ts';
import { stopReason } from './stop-reason.ts';

/**
 * What is wrong with manifests, add-ons or images that the spec names: to be asked before anything is changed, since a stop in the
 * middle, perhaps while the data is paused, costs more. Undefined where all of them are there.
 */
export async function sourceProblem(work: Work): Promise<string | undefined> {
  if (work.run.isRollback) return undefined;
  try {
    await targetFor(work);
    for (const addOn of work.spec.addOns) await addOnObjects(work, addOn);
    return undefined;
  } catch (error) {
    const reason = stopReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
}
