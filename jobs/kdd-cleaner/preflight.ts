import { nodeProblems } from '../lib/calico/calico-nodes.ts';
import { imageTag, isAtLeast } from '../lib/calico/calico-version.ts';
import { containersOf } from '../lib/calico/container-env.ts';
import { GLOBAL_FELIX_CONFIGS } from '../lib/calico/crd-kinds.ts';
import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { crdName, crdState } from '../lib/kubernetes/crd.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import type { Check } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import { judgeRights } from '../lib/run/judge-rights.ts';
import type { Log } from '../lib/run/log.ts';
import { readCalicoNodes } from '../lib/run/read-calico-nodes.ts';
import { type ApiForms, neededAccess } from './access.ts';
import type { KddCleanerOptions } from './options.ts';

/**
 * A definition that was made in the form of 1.7 cannot be created again in a later form, which asks for a schema: it is read,
 * and saved, in the oldest form that the server has.
 */
const OLDEST_FIRST = CUSTOM_RESOURCE_DEFINITIONS.toReversed();

/** Looks at the API server and at our rights. Throws a refusal where something is missing. */
export async function checkServer(
  client: KubeClient,
  options: KddCleanerOptions,
  log: Log,
): Promise<ApiForms> {
  const [crds, daemonSets] = await Promise.all([
    firstServed(client, OLDEST_FIRST),
    firstServed(client, DAEMON_SETS),
  ]);
  if (!crds)
    throw refused('the API server does not serve CustomResourceDefinitions: there are none to remove');
  const forms = { crds, daemonSets };
  await judgeRights(
    client,
    dryRun => neededAccess({ ...options, dryRun }, forms),
    { ...options, force: [] },
    log,
  );
  return forms;
}

/** What has to hold before Calico 3.0's definitions are removed: nothing of 3.0 runs, and 2.6 has its own data. */
export async function checkDowngrade(
  client: KubeClient,
  { crds, daemonSets }: ApiForms,
  options: KddCleanerOptions,
): Promise<readonly Check[]> {
  const { nodes, install, pods } = await readCalicoNodes(client, daemonSets);
  const { datastore } = install;
  const range = { from: '2.5.0', below: '3.0.0', text: '2.5 or 2.6', vouchedImages: options.nodeImage };
  return [
    {
      name: 'datastore',
      ok: datastore === 'kubernetes',
      text:
        datastore === 'kubernetes'
          ? 'Kubernetes datastore'
          : 'Calico does not keep its data in Kubernetes here (DATASTORE_TYPE of calico-node): for etcd use etcd-cleaner v3',
    },
    listed(
      'calico-nodes',
      `${nodes.pods.length} calico-node pods, all Ready with Calico 2.5 or 2.6`,
      'not every calico-node is Ready with Calico 2.5 or 2.6. Finish the downgrade first',
      [...nodeProblems(nodes, range), ...pods.flatMap(newTypha)],
    ),
    listed(
      'old-data',
      'Calico 2.6 has its own definitions and data',
      'Calico 2.6 would be left without configuration. Restore its data first',
      await oldDataProblems(client, crds),
    ),
  ];
}

function listed(name: string, good: string, bad: string, problems: readonly string[]): Check {
  return problems.length === 0
    ? { name, ok: true, text: good }
    : { name, ok: false, text: `${bad}: ${problems.slice(0, 10).join('; ')}`, details: problems };
}

/** Typha of Calico 3.0 is 0.6 (components-upgrade reference, section 1); it reads the definitions for the nodes. */
function newTypha(pod: KubeObject): readonly string[] {
  return containersOf(pod.spec)
    .filter(({ name }) => name === 'calico-typha')
    .map(({ image }) => ({ image, version: /^v?(\d+\.\d+\.\d+)/.exec(imageTag(image) ?? '')?.[1] }))
    .filter(({ version }) => version === undefined || isAtLeast(version, '0.6.0'))
    .map(({ image }) => `Pod ${pod.metadata.name} has ${image}, which is not of Calico 2.6`);
}

async function oldDataProblems(client: KubeClient, crds: ApiForms['crds']): Promise<readonly string[]> {
  const states = await Promise.all(TPR_KINDS.map(({ crd }) => crdState(client, crds, crd)));
  const wrong = TPR_KINDS.flatMap(({ crd }, index) => {
    const found = states[index];
    if (found?.state === 'wrong') return [found.reason];
    // Canal's manifest brings no definition of peers (tpr-to-crd reference, section 8).
    if (found?.state === 'missing' && crd.kind === 'BGPPeer') return [];
    return found?.state === 'ready' ? [] : [`CustomResourceDefinition ${crdName(crd)} is ${found?.state}`];
  });
  const empty = ((await list(client, GLOBAL_FELIX_CONFIGS)) ?? []).length === 0;
  return empty ? [...wrong, 'there is no GlobalFelixConfig'] : wrong;
}
