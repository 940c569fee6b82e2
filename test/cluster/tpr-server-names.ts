/** What Kubernetes 1.7 serves for a ThirdPartyResource. */
export interface TprDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

/** Marks the CRDs that stand in for endpoints of TPRs, so that no other CRD is ever deleted. */
export const ENDPOINT_LABEL = 'testing.calico-upgrade.dev/tpr-endpoint';

/**
 * Derives group, kind and plural from the name of a TPR: `ip-pool.projectcalico.org` is IpPool, ippools, of group
 * projectcalico.org. Undefined for a name with fewer than three parts.
 */
export function tprDefinition(tprName: string, version: string): TprDefinition | undefined {
  const [first = '', ...rest] = tprName.split('.');
  if (rest.length < 2) return undefined;
  const kind = first
    .split('-')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
  return { group: rest.join('.'), version, kind, plural: pluralOf(kind.toLowerCase()) };
}

function pluralOf(singular: string): string {
  if (singular.endsWith('s')) return `${singular}es`;
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

/** The name of the CRD that serves the instances. */
export const endpointName = ({ plural, group }: TprDefinition): string => `${plural}.${group}`;

/** The CRD that serves the instances: namespaced and without a schema, as TPRs are. */
export function endpointCrd(definition: TprDefinition): Record<string, unknown> {
  const { group, version, kind, plural } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: endpointName(definition), labels: { [ENDPOINT_LABEL]: 'true' } },
    spec: {
      group,
      versions: [{ name: version, served: true, storage: true }],
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      preserveUnknownFields: true,
    },
  };
}
