import { UPGRADE_GROUP } from './api.ts';

/** On a pod template and its pods: a fingerprint of the template and of the configuration that it reads. */
export const REVISION_ANNOTATION = `${UPGRADE_GROUP}/revision`;

/** On the DaemonSet: the release that ran before the upgrade. New nodes do not tell it any more. */
export const FROM_ANNOTATION = `${UPGRADE_GROUP}/from`;

/** On the DaemonSet: the uid of the CalicoUpgrade that changes it, until that is over. */
export const AT_WORK_ANNOTATION = `${UPGRADE_GROUP}/at-work`;
