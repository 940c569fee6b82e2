import * as v from 'valibot';
import { type KubeObject, objectKey } from '../../kubernetes/object.ts';
import { type Converted, converted, failed } from '../problem.ts';
import { type LabelSelector, labelSelectorSchema, selectsAll } from './label-selector.ts';

/** Whom a rule lets in. */
export type Peer =
  /** Pods of the policy's own namespace. */
  | { readonly from: 'pods'; readonly selector: LabelSelector }
  /** All pods of the namespaces that are selected. */
  | { readonly from: 'namespaces'; readonly selector: LabelSelector }
  /** Everything, also from outside the cluster. */
  | { readonly from: 'anywhere' };

/** Ports that a rule opens: by number, by the name that a container gives it, or without `port` all of the protocol. */
export interface PortRule {
  readonly protocol: string;
  readonly port: number | string | undefined;
}

export interface IngressRule {
  readonly peers: readonly Peer[];
  /** Undefined: every port of every protocol. */
  readonly ports: readonly PortRule[] | undefined;
}

/** What a NetworkPolicy says of incoming connections. */
export interface Policy {
  readonly namespace: string;
  readonly name: string;
  readonly pods: LabelSelector;
  /** False where policyTypes (Kubernetes 1.8) names Egress only. */
  readonly appliesToIngress: boolean;
  readonly rules: readonly IngressRule[];
}

const peerSchema = v.object({
  podSelector: v.optional(v.nullable(labelSelectorSchema)),
  namespaceSelector: v.optional(v.nullable(labelSelectorSchema)),
});

const portSchema = v.object({
  protocol: v.nullish(v.string(), 'TCP'),
  port: v.nullish(v.union([v.number(), v.string()])),
});

const specSchema = v.object({
  podSelector: labelSelectorSchema,
  policyTypes: v.nullish(v.array(v.string()), []),
  ingress: v.nullish(
    v.array(
      v.nullish(
        v.object({
          from: v.nullish(v.array(peerSchema), []),
          ports: v.nullish(v.array(portSchema), []),
        }),
        {},
      ),
    ),
    [],
  ),
});

type PeerFields = v.InferOutput<typeof peerSchema>;

/** Reads a NetworkPolicy of `networking.k8s.io/v1` or `extensions/v1beta1`: their specs have the same fields. */
export function readPolicy(object: KubeObject): Converted<Policy> {
  const parsed = v.safeParse(specSchema, object.spec);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return failed({
      object: policyText(object),
      field: ['spec', v.getDotPath(issue)].filter(Boolean).join('.'),
      reason: issue.message,
      fix: 'Repair the policy, or delete it',
    });
  }
  const { podSelector, policyTypes, ingress } = parsed.output;
  return converted({
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    pods: podSelector,
    appliesToIngress: policyTypes.length === 0 || policyTypes.includes('Ingress'),
    rules: ingress.map(rule => ruleOf(rule?.from ?? [], rule?.ports ?? [])),
  });
}

/** `NetworkPolicy shop/allow-web`, for messages. */
export const policyText = (object: KubeObject): string => `NetworkPolicy ${objectKey(object)}`;

/** An empty list is as good as none: any source, any port (networkpolicy reference, section 3). */
function ruleOf(from: readonly PeerFields[], ports: v.InferOutput<typeof portSchema>[]): IngressRule {
  return {
    peers: from.length === 0 ? [{ from: 'anywhere' }] : from.map(peerOf),
    ports:
      ports.length === 0
        ? undefined
        : ports.map(({ protocol, port }) => ({ protocol, port: port ?? undefined })),
  };
}

/**
 * As every Calico 2.x reads it: the podSelector wins over a namespaceSelector beside it, and a peer with neither (an
 * ipBlock before 2.6) is any source. What later releases make of these is in meaning-changes.ts.
 */
function peerOf({ podSelector, namespaceSelector }: PeerFields): Peer {
  if (podSelector) return { from: 'pods', selector: podSelector };
  if (namespaceSelector) return { from: 'namespaces', selector: namespaceSelector };
  return { from: 'anywhere' };
}

/** Whether a policy by itself closes every pod of its namespace to every connection. */
export function isDenyAll({ pods, appliesToIngress, rules }: Policy): boolean {
  return selectsAll(pods) && appliesToIngress && rules.length === 0;
}
