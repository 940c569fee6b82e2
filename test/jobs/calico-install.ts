import { DAEMON_SETS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';

export interface Install {
  /** `calico-node` (the default) or `canal`. */
  readonly name?: string;
  /** Of the container calico-node. */
  readonly image?: string;
  /** Variables beside DATASTORE_TYPE; undefined takes that one out. */
  readonly env?: Readonly<Record<string, EnvValue | undefined>>;
}

/** A value, or the ConfigMap and key that it comes from. */
type EnvValue = string | { readonly configMap: string; readonly key: string };

/** The DaemonSet of a hosted install, in the form of `create`. */
export function calicoDaemonSet(install: Install = {}): [Resource, KubeObject, string] {
  const { name = 'calico-node', image = 'quay.io/calico/node:v2.4.1', env = {} } = install;
  const labels = { 'k8s-app': name };
  const variables = Object.entries({ DATASTORE_TYPE: 'kubernetes', ...env }).flatMap(([key, value]) =>
    value === undefined ? [] : [{ name: key, ...envSource(value) }],
  );
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'calico-node', image, env: variables }] },
  };
  const spec = { selector: { matchLabels: labels }, updateStrategy: { type: 'OnDelete' }, template };
  const metadata = { name, namespace: 'kube-system' };
  const [resource] = DAEMON_SETS;
  if (!resource) throw new Error('no form of DaemonSets');
  return [resource, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec }, 'kube-system'];
}

function envSource(value: EnvValue): Record<string, unknown> {
  if (typeof value === 'string') return { value };
  return { valueFrom: { configMapKeyRef: { name: value.configMap, key: value.key } } };
}
