import { podSpecOf } from '../../../controller/target/pod-spec.ts';
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  SERVICE_ACCOUNTS,
} from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import type { HostedInstall } from './install.ts';

const NAMESPACE = 'kube-system';

/** Creates a hosted install with the accounts that its pods run as. */
export async function createHosted(
  client: KubeClient,
  { configMap, daemonSet, controllers }: HostedInstall,
): Promise<void> {
  const workloads = [daemonSet, ...controllers];
  const accounts = new Set(workloads.map(one => String(podSpecOf(one)?.serviceAccountName)));
  for (const name of accounts)
    await create(client, SERVICE_ACCOUNTS, { metadata: { name, namespace: NAMESPACE } }, NAMESPACE);
  await create(client, CONFIG_MAPS, configMap, NAMESPACE);
  await create(client, newest(DAEMON_SETS), daemonSet, NAMESPACE);
  for (const one of controllers) await create(client, newest(DEPLOYMENTS), one, NAMESPACE);
}

function newest([first]: readonly Resource[]): Resource {
  if (!first) throw new Error('no form of it');
  return first;
}
