import { isRecord, type KubeObject } from './object.ts';

/** Annotations whose prefix tells the tool that keeps an object as its source says. */
const TOOLS: readonly (readonly [prefix: string, tool: string])[] = [
  ['meta.helm.sh/', 'Helm'],
  ['argocd.argoproj.io/', 'Argo CD'],
  ['kustomize.toolkit.fluxcd.io/', 'Flux'],
  ['helm.toolkit.fluxcd.io/', 'Flux'],
  ['fluxcd.io/', 'Flux'],
  ['flux.weave.works/', 'Flux'],
];

/**
 * Who keeps an object, and may make it again after it was deleted: an owner, or a tool that left its mark, such as
 * `Helm` or `ReplicaSet web`. Undefined where nothing tells one.
 */
export function managerOf({ metadata }: KubeObject): string | undefined {
  const owners = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences.filter(isRecord) : [];
  const [owner] = owners;
  if (owner) return `${String(owner.kind)} ${String(owner.name)}`;
  const { labels = {}, annotations = {} } = metadata;
  const keys = [...Object.keys(annotations), ...Object.keys(labels)];
  const tool = TOOLS.find(([prefix]) => keys.some(key => key.startsWith(prefix)))?.[1];
  // Helm 2 marks its objects by the label heritage.
  return tool ?? labels['app.kubernetes.io/managed-by'] ?? labels.heritage;
}
