import { isDeepStrictEqual } from 'node:util';
import { withoutServerFields } from '../../kubernetes/clean.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { apiVersionOf, type Resource } from '../../kubernetes/resource.ts';

/** The name that Calico's documentation gives the policy, and the one to take where somebody uses that for another. */
export const DEFAULT_DENY_NAMES = ['default-deny', 'calico-upgrade-default-deny'] as const;

/** By these labels the policies that we created are found again. */
export const DEFAULT_DENY_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/managed-by': 'calico-upgrade',
  'calico-upgrade/job': 'policy-converter',
};

/**
 * The policy that closes all pods of a namespace under v1 semantics, and opens nothing under those before (networkpolicy
 * reference, section 4). Without policyTypes: 1.7 does not know it, and later servers fill in Ingress.
 */
export function defaultDeny(resource: Resource, namespace: string, name: string): KubeObject {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name, namespace, labels: DEFAULT_DENY_LABELS },
    spec: { podSelector: {} },
  };
}

/** Whether a policy carries our labels. */
export const isOurs = ({ metadata }: KubeObject): boolean =>
  Object.entries(DEFAULT_DENY_LABELS).every(([key, value]) => metadata.labels?.[key] === value);

/** Whether a policy is as we created it, but for what API servers fill in; which API it was read from is no matter. */
export function isOursUnchanged(policy: KubeObject): boolean {
  if (!isOurs(policy)) return false;
  const { metadata, spec, status: _, apiVersion: __, kind: ___, ...others } = withoutServerFields(policy);
  const { name: ____, namespace: _____, ...rest } = metadata;
  const specs = [{ podSelector: {} }, { podSelector: {}, policyTypes: ['Ingress'] }];
  return (
    Object.keys(others).length === 0 &&
    isDeepStrictEqual(rest, { labels: { ...DEFAULT_DENY_LABELS } }) &&
    specs.some(wanted => isDeepStrictEqual(spec, wanted))
  );
}
