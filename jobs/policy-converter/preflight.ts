import type { Datastore } from '../lib/calico/datastore.ts';
import { type RunningSemantics, runningSemantics } from '../lib/calico/networkpolicy/running-semantics.ts';
import { DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import { apiVersionOf, type Resource } from '../lib/kubernetes/resource.ts';
import { judge } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import { judgeRights } from '../lib/run/judge-rights.ts';
import type { Log } from '../lib/run/log.ts';
import { ownPlaces } from '../lib/run/own-access.ts';
import { readControllers } from '../lib/run/read-controllers.ts';
import { readInstall } from '../lib/run/read-install.ts';
import { type ApiForms, neededAccess } from './access.ts';
import { checkApi, checkDatastore } from './checks.ts';
import type { PolicyConverterOptions } from './options.ts';

/** What preflight has found. */
export interface Surroundings {
  /** The API of NetworkPolicies that is used: one of those that show the same objects. */
  readonly resource: Resource;
  readonly datastore: Datastore;
  readonly running: RunningSemantics;
}

/** Looks at the API server, our rights and the Calico that runs. Throws a refusal that names every failed check. */
export async function lookAround(
  client: KubeClient,
  options: PolicyConverterOptions,
  log: Log,
): Promise<Surroundings> {
  const forms = await checkServer(client, options, log);
  const [install, controllers] = await Promise.all([
    readInstall(client, forms.daemonSets),
    readControllers(client, forms.deployments),
  ]);
  judge([checkDatastore(install)], options.force, log);
  return {
    resource: forms.policies,
    datastore: install.datastore,
    running: runningSemantics(install, controllers),
  };
}

async function checkServer(client: KubeClient, options: PolicyConverterOptions, log: Log): Promise<ApiForms> {
  const [policies, daemonSets, deployments] = await Promise.all([
    firstServed(client, NETWORK_POLICIES),
    firstServed(client, DAEMON_SETS),
    firstServed(client, DEPLOYMENTS),
  ]);
  judge([checkApi(policies && apiVersionOf(policies))], options.force, log);
  // Nothing can be read or written without it, forced or not; --force is for a check that errs.
  if (!policies) throw refused('the API server serves no NetworkPolicies');
  const forms = { policies, daemonSets, deployments };
  const places = ownPlaces(options);
  await judgeRights(client, dryRun => neededAccess(forms, places, dryRun), options, log);
  return forms;
}
