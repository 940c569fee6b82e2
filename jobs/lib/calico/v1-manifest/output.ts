import { goYaml } from '../go-yaml.ts';
import type { V3Resource } from '../v1/unit.ts';
import type { OutputFormat } from './formats.ts';

/** What calicoctl before 3.8 does not know of an IPPool, and later ones add by themselves with the same values. */
const LATER_POOL_FIELDS: ReadonlySet<string> = new Set(['vxlanMode', 'blockSize', 'nodeSelector']);
const STORAGE_PREFIX = 'default.';

/** A resource as calicoctl 3.0 and later apply it, from the form in which it is stored. */
export function manifestOf({ apiVersion, kind, metadata, spec }: V3Resource): V3Resource {
  const { namespace, labels, annotations } = metadata;
  const isPolicy = kind === 'GlobalNetworkPolicy' && metadata.name.startsWith(STORAGE_PREFIX);
  return {
    apiVersion,
    kind,
    metadata: {
      name: isPolicy ? metadata.name.slice(STORAGE_PREFIX.length) : metadata.name,
      ...(namespace && { namespace }),
      ...(labels && Object.keys(labels).length > 0 && { labels }),
      ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: kind === 'IPPool' ? withoutLaterFields(spec) : spec,
  };
}

/** Documents of YAML, or in JSON the object, or a list where there are several: the forms that calicoctl 3 reads. */
export function outputText(resources: readonly V3Resource[], format: OutputFormat): string {
  const manifests = resources.map(manifestOf);
  if (format === 'yaml') return manifests.map(goYaml).join('---\n');
  const [first] = manifests;
  return `${JSON.stringify(manifests.length === 1 ? first : manifests, null, 2)}\n`;
}

const withoutLaterFields = (spec: V3Resource['spec']): V3Resource['spec'] =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => !LATER_POOL_FIELDS.has(field)));
