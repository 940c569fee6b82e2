import { dump } from 'js-yaml';
import type { Cluster } from '../../cluster/cluster.ts';

/** Puts manifests into a ConfigMap in the namespace of the controller, texts as they are; what was there before goes. */
export async function putConfigMap(
  cluster: Cluster,
  name: string,
  keys: Readonly<Record<string, string | readonly object[]>>,
): Promise<void> {
  const texts = Object.entries(keys).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : value.map(object => dump(object)).join('---\n'),
  ]);
  const metadata = { name, namespace: 'calico-upgrade' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: Object.fromEntries(texts) };
  const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  if (exitCode !== 0) throw new Error(stderr);
}
