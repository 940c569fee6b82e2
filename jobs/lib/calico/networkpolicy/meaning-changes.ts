import { isRecord, type KubeObject } from '../../kubernetes/object.ts';
import type { Datastore } from '../datastore.ts';
import type { Note } from '../problem.ts';
import { policyText } from './policy.ts';

/**
 * What a policy that stays means to later releases of Calico, where that is not what it means now and no conversion of
 * ours has to do with it (networkpolicy reference, sections 3 and 6).
 */
export function meaningChanges(policy: KubeObject, datastore: Datastore): readonly Note[] {
  const spec = isRecord(policy.spec) ? policy.spec : {};
  const reasons = [...typeChanges(spec), ...ruleChanges(spec, datastore)];
  return [...new Set(reasons)].map(reason => ({ object: policyText(policy), reason }));
}

function typeChanges({ policyTypes, ingress }: Readonly<Record<string, unknown>>): readonly string[] {
  const types = Array.isArray(policyTypes) ? policyTypes : [];
  const rules = Array.isArray(ingress) ? ingress.length : 0;
  return [
    ...(types.includes('Egress')
      ? [
          'its type Egress, which Calico ignores up to 2.5, acts from 2.6 on: the pods that it selects then reach only what it names',
        ]
      : []),
    ...(types.length > 0 && !types.includes('Ingress') && rules > 0
      ? [
          'its ingress rules act up to Calico 2.5 although policyTypes does not name Ingress, and no more from 2.6 on',
        ]
      : []),
  ];
}

function ruleChanges(
  { ingress }: Readonly<Record<string, unknown>>,
  datastore: Datastore,
): readonly string[] {
  const rules = Array.isArray(ingress) ? ingress.filter(isRecord) : [];
  const peers = rules.flatMap(({ from }) => (Array.isArray(from) ? from.filter(isRecord) : []));
  const ports = rules.flatMap(({ ports: some }) => (Array.isArray(some) ? some.filter(isRecord) : []));
  return [
    ...peers.flatMap(peer => peerChanges(peer, datastore)),
    ...ports.flatMap(({ port, endPort }) => [
      ...(typeof port === 'string'
        ? [
            `its port ${JSON.stringify(port)} is a name, and Calico 2.x knows numbers only: 2.6 leaves the rule out, earlier releases may stop at it. Write the number`,
          ]
        : []),
      ...(endPort === undefined || endPort === null
        ? []
        : [`its endPort ${String(endPort)} is ignored: only the first port of the range is open`]),
    ]),
  ];
}

function peerChanges(peer: Readonly<Record<string, unknown>>, datastore: Datastore): readonly string[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (isRecord(ipBlock)) {
    return [
      `its ipBlock ${String(ipBlock.cidr)} is any source up to Calico 2.5, and these addresses only from 2.6 on`,
    ];
  }
  if (isRecord(podSelector) && isRecord(namespaceSelector)) {
    const now = datastore === 'etcd' ? 'stops the policy controller before 2.6' : 'counts as the podSelector';
    return [
      `a podSelector and a namespaceSelector in one entry of from ${now}, and later releases want both to match`,
    ];
  }
  if (isRecord(namespaceSelector) && datastore !== 'etcd' && isEmptySelector(namespaceSelector)) {
    return [
      'its empty namespaceSelector lets in every source up to Calico 2.3, also from outside the cluster and from the network of nodes, and pods only from 2.4 on',
    ];
  }
  return [];
}

const isEmptySelector = ({ matchLabels, matchExpressions }: Readonly<Record<string, unknown>>): boolean =>
  (!isRecord(matchLabels) || Object.keys(matchLabels).length === 0) &&
  (!Array.isArray(matchExpressions) || matchExpressions.length === 0);
