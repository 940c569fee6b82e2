import { LAST_APPLIED } from '../../../../jobs/lib/kubernetes/last-applied.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';

export const configMap = (
  name: string,
  data: object,
  labels: Readonly<Record<string, string>> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  data,
});

/** A DaemonSet with one container, x. */
export function daemonSetOf(name: string, container: object): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'x', image: 'x:1', ...container }];
  const template = { metadata: { labels }, spec: { containers } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template },
  };
}

/** The same with further fields of its container. */
export function withContainer(object: KubeObject, fields: object): KubeObject {
  const { template, ...spec } = Object(object.spec);
  const [container] = template.spec.containers;
  const podSpec = { ...template.spec, containers: [{ ...container, ...fields }] };
  return { ...object, spec: { ...spec, template: { ...template, spec: podSpec } } };
}

export const containerOf = ({ spec }: KubeObject) => Object(spec).template.spec.containers[0];

/** Makes a change that leaves another note of what was applied. */
export const withNote = (note: string) => (current: KubeObject) => ({
  ...current,
  metadata: { ...current.metadata, annotations: { [LAST_APPLIED]: note } },
});
