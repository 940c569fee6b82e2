import { type CalicoInstall, calicoInstall } from '../calico/calico-install.ts';
import { type CalicoNodes, calicoNodes, podFacts } from '../calico/calico-nodes.ts';
import { CALICO_NAMESPACE } from '../calico/tpr-kinds.ts';
import { CONFIG_MAPS, PODS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { list } from '../kubernetes/list.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { get } from '../kubernetes/write.ts';
import { CALICO_CONFIG_MAPS } from './read-install.ts';

/** Every calico-node of a cluster, by its container and not by its name or label. */
export interface FoundNodes {
  readonly nodes: CalicoNodes;
  readonly install: CalicoInstall;
  /** All pods of the namespace, reduced by `podFacts`. */
  readonly pods: readonly KubeObject[];
}

/** Reads what runs calico-node. `daemonSets` is the form of DaemonSets that the server has; rights: `installAccess`. */
export async function readCalicoNodes(
  client: KubeClient,
  daemonSets: Resource | undefined,
): Promise<FoundNodes> {
  const namespace = CALICO_NAMESPACE;
  const [found, pods, configMaps] = await Promise.all([
    daemonSets ? list(client, daemonSets, { namespace }) : [],
    list(client, PODS, { namespace, pick: podFacts }),
    Promise.all(CALICO_CONFIG_MAPS.map(name => get(client, CONFIG_MAPS, name, namespace))),
  ]);
  const nodes = calicoNodes(found ?? [], pods ?? []);
  const install = calicoInstall({
    daemonSet: nodes.daemonSets[0],
    configMaps: configMaps.filter(configMap => configMap !== undefined),
  });
  return { nodes, install, pods: pods ?? [] };
}
