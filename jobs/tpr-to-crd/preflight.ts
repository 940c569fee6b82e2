import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  THIRD_PARTY_RESOURCES,
} from '../lib/kubernetes/builtin.ts';
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
import type { TprToCrdOptions } from './options.ts';

/** The API forms that this server has. */
export interface ApiForms {
  readonly crds: Resource;
  readonly daemonSets: Resource | undefined;
}

/** Looks at the API server and at our rights. Throws a refusal that names every failed check, unless forced. */
export async function checkServer(client: KubeClient, options: TprToCrdOptions, log: Log): Promise<ApiForms> {
  const [version, crds, daemonSets, tprs] = await Promise.all([
    serverVersion(client),
    firstServed(client, CUSTOM_RESOURCE_DEFINITIONS),
    firstServed(client, DAEMON_SETS),
    firstServed(client, [THIRD_PARTY_RESOURCES]),
  ]);
  const fromEtcd = options.fromEtcd !== undefined;
  const checks = checkApi({ version, servesCrds: Boolean(crds), servesTprs: Boolean(tprs), fromEtcd });
  judge(checks, options.force, log);
  // Without the CRD API nothing can be done, forced or not; --force is for a check that errs.
  if (!crds) throw refused('the API server does not serve CustomResourceDefinitions');
  const forms = { crds, daemonSets };
  await judgeRights(client, dryRun => accessFor(options, forms, dryRun), options, log);
  return forms;
}

function accessFor(options: TprToCrdOptions, { crds, daemonSets }: ApiForms, dryRun: boolean) {
  return neededAccess({
    crdApi: crds,
    daemonSets,
    fromEtcd: options.fromEtcd !== undefined,
    dryRun,
    ...ownPlaces(options),
  });
}
