import { hasRelease, serviceAccountsOf } from '../lib/calico/calico-nodes.ts';
import { CALICO_NAMESPACE } from '../lib/calico/tpr-kinds.ts';
import { type Access, accessTexts, missingAccess, serviceAccountSubject } from '../lib/kubernetes/access.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  THIRD_PARTY_RESOURCES,
} from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { firstServed } from '../lib/kubernetes/discovery.ts';
import type { Check } from '../lib/run/checks.ts';
import { refused } from '../lib/run/failure.ts';
import { judgeRights } from '../lib/run/judge-rights.ts';
import type { Log } from '../lib/run/log.ts';
import { readCalicoNodes } from '../lib/run/read-calico-nodes.ts';
import { type ApiForms, NODE_RIGHTS, neededAccess, OLD_NODE_RIGHTS } from './access.ts';
import { checkDatastore, checkNodes, checkRights } from './checks.ts';
import type { TprCleanerOptions } from './options.ts';
import { type RbacManifest, rbacManifest } from './rbac-manifest.ts';

/** Looks at the API server and at our rights. Throws a refusal where something is missing. */
export async function checkServer(
  client: KubeClient,
  options: TprCleanerOptions,
  log: Log,
): Promise<ApiForms> {
  const [tprs, crds, daemonSets] = await Promise.all([
    firstServed(client, [THIRD_PARTY_RESOURCES]),
    firstServed(client, CUSTOM_RESOURCE_DEFINITIONS),
    firstServed(client, DAEMON_SETS),
  ]);
  if (!tprs) {
    throw refused(
      'the API server does not serve ThirdPartyResources (they ended with Kubernetes 1.8), so that none can be proved or deleted through it. What is left of them in etcd is read by nobody',
    );
  }
  if (!crds)
    throw refused(
      'the API server does not serve CustomResourceDefinitions: Calico cannot run on them here, and nothing is deleted',
    );
  const forms = { crds, daemonSets };
  await judgeRights(
    client,
    dryRun => neededAccess({ ...options, dryRun }, forms),
    { ...options, force: [] },
    log,
  );
  return forms;
}

/** How Calico runs here, judged. */
export interface CalicoFacts {
  readonly checks: readonly Check[];
  /** The RBAC manifest that this cluster needs: ours, of Calico 2.5 and 2.6, or for later ones what to look for. */
  readonly manifest: RbacManifest;
  /** Whether calico-node may still use ThirdPartyResources. */
  readonly mayUseTprs: boolean;
}

/** Looks at every calico-node, and at what its service accounts may do. */
export async function readCalico(
  client: KubeClient,
  forms: ApiForms,
  options: TprCleanerOptions,
): Promise<CalicoFacts> {
  const { nodes, install } = await readCalicoNodes(client, forms.daemonSets);
  const manifest = rbacManifest(install.flavour === 'canal', hasRelease(nodes, '3.0.0'));
  const accounts = serviceAccountsOf(nodes);
  const [missing, missingOld] = await Promise.all([
    missingOf(client, accounts, NODE_RIGHTS),
    missingOf(client, accounts, OLD_NODE_RIGHTS),
  ]);
  return {
    checks: [
      checkDatastore(install.datastore),
      checkNodes(nodes, options.nodeImage),
      checkRights(missing.flatMap(missingTexts), manifest.text),
    ],
    manifest,
    mayUseTprs: missingOld.some(({ rights }) => rights.length < OLD_NODE_RIGHTS.length),
  };
}

/** What a service account of calico-node may not do. */
interface MissingRights {
  readonly account: string;
  readonly rights: readonly Access[];
}

/** The rights, of those wanted, that each service account does not have. */
function missingOf(
  client: KubeClient,
  accounts: readonly string[],
  wanted: readonly Access[],
): Promise<readonly MissingRights[]> {
  return Promise.all(
    accounts.map(async account => {
      const subject = serviceAccountSubject(CALICO_NAMESPACE, account);
      return { account, rights: await missingAccess(client, wanted, subject) };
    }),
  );
}

const missingTexts = ({ account, rights }: MissingRights): readonly string[] =>
  accessTexts(rights).map(text => `${text} (service account ${CALICO_NAMESPACE}/${account})`);
