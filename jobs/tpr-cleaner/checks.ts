import { type CalicoNodes, nodeProblems } from '../lib/calico/calico-nodes.ts';
import type { Datastore } from '../lib/calico/datastore.ts';
import type { Check } from '../lib/run/checks.ts';
import { countOf } from '../lib/run/table.ts';

/** What has to hold before anything is deleted. There is no `--force` here. */
export const CLEANER_CHECKS = ['datastore', 'calico-nodes', 'calico-rights', 'copies'] as const;

type CleanerCheck = Check<(typeof CLEANER_CHECKS)[number]>;

const LIST_AT_MOST = 10;

/** A check that fails with the problems that were found; the first of them are in its text. */
function check(
  name: CleanerCheck['name'],
  good: string,
  bad: string,
  problems: readonly string[],
): CleanerCheck {
  return problems.length === 0
    ? { name, ok: true, text: good }
    : { name, ok: false, text: bad, details: problems };
}

const few = (lines: readonly string[]): string =>
  lines.length <= LIST_AT_MOST
    ? lines.join('; ')
    : `${lines.slice(0, LIST_AT_MOST).join('; ')} and ${lines.length - LIST_AT_MOST} more`;

export function checkDatastore(datastore: Datastore): CleanerCheck {
  const problems = datastore === 'kubernetes' ? [] : [datastore];
  const found = datastore === 'etcd' ? 'in etcd' : 'nobody can tell where';
  return check(
    'datastore',
    'Kubernetes datastore',
    `Calico keeps its data ${found} (DATASTORE_TYPE of calico-node is not kubernetes), so that CRD objects prove nothing. Find out who uses these ThirdPartyResources first`,
    problems.length === 0 ? [] : [`datastore: ${found}`],
  );
}

/** Every calico-node, not only its DaemonSet, has to be one that reads CRDs. */
export function checkNodes(nodes: CalicoNodes, vouchedImages: readonly string[]): CleanerCheck {
  const range = { from: '2.5.0', text: '2.5 or later', vouchedImages };
  const problems = nodeProblems(nodes, range);
  return check(
    'calico-nodes',
    `${countOf(nodes.pods.length, 'calico-node pod')}, all Ready with Calico 2.5 or later`,
    `not every calico-node is Ready with Calico 2.5 or later: ${few(problems)}. An older one would lose its data; finish the upgrade first`,
    problems,
  );
}

/** `missing` are rights of calico-node, as `accessTexts` words them. */
export function checkRights(missing: readonly string[], manifest: string): CleanerCheck {
  return check(
    'calico-rights',
    'calico-node may use its CRD objects',
    `calico-node may not: ${few(missing)}. Apply ${manifest} first`,
    missing,
  );
}

export function checkCopies(objects: number, problems: readonly string[]): CleanerCheck {
  return check(
    'copies',
    `${countOf(objects, 'old object')}, each with its equal copy`,
    `${countOf(problems.length, 'old object or definition', 'old objects or definitions')} without an equal copy: make each pair equal, or delete what nobody needs, as the log says for each`,
    problems,
  );
}
