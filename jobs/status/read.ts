import { CALICO_UPGRADES } from '../lib/calico/upgrade/api.ts';
import { accessTexts, rights } from '../lib/kubernetes/access.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { ApiError } from '../lib/kubernetes/errors.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { resourceName } from '../lib/kubernetes/resource.ts';
import { refused, wrongUsage } from '../lib/run/failure.ts';
import { type UpgradeView, viewOf } from './view.ts';

/**
 * The CalicoUpgrade of a name, or all of them. Throws a refusal where the cluster does not know the kind or does not let
 * us read it, and a usage Failure with the names that there are.
 */
export async function readViews(
  client: KubeClient,
  name: string | undefined,
): Promise<readonly UpgradeView[]> {
  const objects = await readAll(client);
  if (name === undefined) return objects.map(viewOf);
  const found = objects.filter(({ metadata }) => metadata.name === name);
  if (found.length > 0) return found.map(viewOf);
  const others = objects.map(({ metadata }) => metadata.name).join(', ');
  throw wrongUsage(`there is no CalicoUpgrade ${name}${others === '' ? '' : `, but: ${others}`}`);
}

async function readAll(client: KubeClient): Promise<readonly KubeObject[]> {
  const all = await list(client, CALICO_UPGRADES).catch((error: unknown) => {
    throw error instanceof ApiError && error.status === 403 ? notAllowed(error) : error;
  });
  if (all) return all;
  throw refused(
    `this cluster has no ${resourceName(CALICO_UPGRADES)}: the controller was never installed, or this is another cluster (${client.server})`,
  );
}

function notAllowed(error: ApiError) {
  const [right] = accessTexts(rights(CALICO_UPGRADES, ['list']));
  return refused(`${error.message}. This needs the right to ${right}`);
}
