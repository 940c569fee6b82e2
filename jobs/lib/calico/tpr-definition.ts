import type { KubeObject } from '../kubernetes/object.ts';
import type { TprKind } from './tpr-kinds.ts';

/** The ThirdPartyResource of a kind, as calico-node up to 2.4 creates it (tpr-to-crd reference, section 2). */
export const tprDefinition = ({ tprName, description }: TprKind): KubeObject => ({
  apiVersion: 'extensions/v1beta1',
  kind: 'ThirdPartyResource',
  metadata: { name: tprName },
  description,
  versions: [{ name: 'v1' }],
});
