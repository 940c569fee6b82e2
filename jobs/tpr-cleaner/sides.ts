import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { crdName, crdState } from '../lib/kubernetes/crd.ts';
import { list } from '../lib/kubernetes/list.ts';
import { listKinds, type ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { readTprs, type Tprs } from '../lib/kubernetes/tprs.ts';
import { foreignTprs } from './groups.ts';

/** The old data and the new, as read at one time. */
export interface Sides {
  readonly tprs: Tprs;
  /** Names of ThirdPartyResources that are not Calico's, in Calico's API groups. */
  readonly foreign: readonly string[];
  readonly existing: ObjectsByPlural;
  /** What is wrong with the definitions of the CRD kinds, a line each. */
  readonly definitionProblems: readonly string[];
}

/** Reads both sides; what is going to be deleted last, so that as little as possible is missed. */
export async function readSides(client: KubeClient, crds: Resource, signal: AbortSignal): Promise<Sides> {
  const kinds = TPR_KINDS.map(({ crd }) => crd);
  const states = await Promise.all(kinds.map(crd => crdState(client, crds, crd)));
  const existing = await listKinds(client, kinds);
  const all = (await list(client, THIRD_PARTY_RESOURCES)) ?? [];
  const tprs = await readTprs(client, TPR_KINDS, signal);
  const definitionProblems = kinds.flatMap((crd, index) => {
    const found = states[index];
    if (found?.state === 'wrong') return [found.reason];
    if (found?.state === 'waiting')
      return [`CustomResourceDefinition ${crdName(crd)} is not Established. Wait, then start again`];
    return [];
  });
  return { tprs, foreign: foreignTprs(all), existing, definitionProblems };
}
