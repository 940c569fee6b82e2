import { CUSTOM_RESOURCE_DEFINITIONS, DAEMON_SETS } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed, serverVersion } from '../lib/kubernetes/discovery.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { judge } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import { judgeRights } from '../lib/run/judge-rights.ts';
import type { Log } from '../lib/run/log.ts';
import { ownPlaces } from '../lib/run/own-access.ts';
import { neededAccess } from './access.ts';
import { checkApi } from './checks.ts';
import type { KddOptions } from './options.ts';

/** The API forms that this server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/** Looks at the API server and at our rights. Throws a refusal that names every failed check, unless forced. */
export async function checkServer(client: KubeClient, options: KddOptions, log: Log): Promise<ApiForms> {
  const [version, crds, daemonSets] = await Promise.all([
    serverVersion(client),
    firstServed(client, CUSTOM_RESOURCE_DEFINITIONS),
    firstServed(client, DAEMON_SETS),
  ]);
  judge(checkApi(version, Boolean(crds)), options.force, log);
  // Without the CRD API nothing can be done, forced or not; --force is for a check that errs.
  if (!crds) throw refused('the API server does not serve CustomResourceDefinitions');
  const access = (dryRun: boolean) =>
    neededAccess({ crdApi: crds, daemonSets, dryRun, ...ownPlaces(options) });
  await judgeRights(client, access, options, log);
  return { crds, daemonSets };
}
