import { AT_WORK_ANNOTATION, FROM_ANNOTATION } from '../../jobs/lib/calico/upgrade/annotations.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get } from '../../jobs/lib/kubernetes/write.ts';
import { FINAL_STRATEGY } from '../target/strategy.ts';
import type { Run } from '../upgrade/run.ts';
import { daemonSetName, patchDaemonSet } from './daemon-set.ts';

const NOTES = [FROM_ANNOTATION, FINAL_STRATEGY, AT_WORK_ANNOTATION];

const hasNotes = ({ metadata }: KubeObject): boolean =>
  NOTES.some(note => metadata.annotations?.[note] !== undefined);

/**
 * Whether nothing on the DaemonSet says that this upgrade is at work on it: what it is from now on is its owner's, or of another upgrade, which
 * may have been deleted in the middle.
 */
export async function isReleased(run: Run): Promise<boolean> {
  if (run.made.isSettled) return true;
  const { name, namespace } = daemonSetName(run);
  const live = await get(run.controller.client, run.daemonSets, name, namespace);
  return live?.metadata.annotations?.[AT_WORK_ANNOTATION] !== run.upgrade.metadata.uid;
}

/** Takes the notes of an upgrade that has not changed the DaemonSet itself off it. */
export async function takeNotesOff(run: Run): Promise<void> {
  if (!run.previous.daemonSet || (await isReleased(run))) return;
  const annotations = { [FROM_ANNOTATION]: null, [AT_WORK_ANNOTATION]: null };
  await patchDaemonSet(run, () => ({ metadata: { annotations } }));
}

/** Takes our notes off the DaemonSet, and lets it replace pods as it shall. The revision of its template stays: its pods have it. */
export async function releaseDaemonSet(run: Run, strategy: Readonly<Record<string, unknown>>): Promise<void> {
  const annotations = Object.fromEntries(NOTES.map(note => [note, null]));
  await patchDaemonSet(run, current => {
    const { updateStrategy } = isRecord(current.spec) ? current.spec : {};
    const isSame = isRecord(updateStrategy) && updateStrategy.type === strategy.type;
    if (isSame && !hasNotes(current)) return undefined;
    return {
      metadata: { annotations },
      ...(!isSame && { spec: { updateStrategy: { rollingUpdate: null, ...strategy } } }),
    };
  });
}
