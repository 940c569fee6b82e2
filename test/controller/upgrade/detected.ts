import { podSpecOf } from '../../../controller/target/pod-spec.ts';
import { calicoInstall } from '../../../jobs/lib/calico/calico-install.ts';
import { calicoReleases } from '../../../jobs/lib/calico/releases.ts';
import type { Detected } from '../../../jobs/lib/calico/upgrade/detected.ts';
import { recordsOf } from '../../../jobs/lib/kubernetes/fields.ts';
import type { HostedInstall } from '../hosted/install.ts';

/** What is found in a cluster beside the hosted install. */
export interface Found {
  readonly networkPolicies?: number;
  readonly thirdPartyResources?: readonly string[];
  readonly servesTprs?: boolean;
  readonly saidRelease?: string;
}

/** A cluster with a hosted install, as `detectCluster` finds it: two pods of the DaemonSet as it is. */
export function detectedOf(
  { daemonSet, configMap, controllers }: HostedInstall,
  { networkPolicies = 0, thirdPartyResources = [], servesTprs = true, saidRelease }: Found = {},
): Detected {
  const pod = (name: string) => ({ metadata: { name }, spec: podSpecOf(daemonSet) });
  const install = calicoInstall({
    daemonSet,
    configMaps: [configMap],
    pods: [pod('calico-node-a'), pod('calico-node-b')],
  });
  return {
    kubernetes: { gitVersion: 'v1.7.5', servesTprs, servesCrds: true },
    install,
    controllers: controllers.map(one => ({
      where: `${one.kind} ${one.metadata.name}`,
      image: String(recordsOf(podSpecOf(one)?.containers)[0]?.image),
    })),
    releases: calicoReleases(install, []),
    saidRelease,
    policies: { networkPolicies, annotatedNamespaces: 0 },
    thirdPartyResources,
  };
}
