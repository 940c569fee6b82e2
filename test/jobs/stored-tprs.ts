import { TPR_KINDS } from '../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';

type Entry = readonly [key: string, value: Buffer];

/** The five ThirdPartyResources and these instances as Kubernetes 1.7 keeps them in etcd, in its JSON encoding. */
export function storedTprs(
  instances: readonly { readonly plural: string; readonly object: KubeObject }[],
): readonly Entry[] {
  return [
    ...TPR_KINDS.map(({ tprName, description }) => definitionEntry(tprName, description)),
    ...instances.map(({ plural, object }) => instanceEntry(plural, object)),
  ];
}

function definitionEntry(name: string, description: string): Entry {
  const metadata = { name, uid: `uid-${name}`, creationTimestamp: '2017-08-01T09:00:00Z' };
  return entry(`thirdpartyresources/${name}`, {
    kind: 'ThirdPartyResource',
    metadata,
    description,
    versions: [{ name: 'v1' }],
  });
}

/** The object is kept as the JSON that was sent, beside the metadata that counts. */
function instanceEntry(plural: string, object: KubeObject): Entry {
  const kind = TPR_KINDS.find(({ tpr }) => tpr.plural === plural && tpr.kind === object.kind);
  if (!kind) throw new Error(`no kind ${plural}`);
  const { name, namespace } = object.metadata;
  const uid = `uid-${plural}-${name}`;
  return entry(`ThirdPartyResourceData/${kind.tpr.group}/${kind.storedPlural}/${namespace}/${name}`, {
    kind: 'ThirdPartyResourceData',
    metadata: { ...object.metadata, uid, creationTimestamp: '2017-08-01T09:00:00Z' },
    data: Buffer.from(JSON.stringify(object)).toString('base64'),
  });
}

function entry(key: string, object: Readonly<Record<string, unknown>>): Entry {
  const stored = { apiVersion: 'extensions/v1beta1', ...object };
  return [`/registry/${key}`, Buffer.from(`${JSON.stringify(stored)}\n`)];
}
