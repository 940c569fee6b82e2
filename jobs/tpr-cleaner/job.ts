import { tprDefinition } from '../lib/calico/tpr-definition.ts';
import { hasPeers, nodeWithPeers } from '../lib/calico/tpr-snapshot.ts';
import { NODES, THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import { list } from '../lib/kubernetes/list.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { waitUntilServed } from '../lib/kubernetes/served.ts';
import { create } from '../lib/kubernetes/write.ts';
import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { judge } from '../lib/run/checks.ts';
import { dryUnlessConfirmed, NOTHING_DELETED } from '../lib/run/confirm.ts';
import { wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { firstLines } from '../lib/run/table.ts';
import { checkCopies } from './checks.ts';
import { type Destruction, destroyGroup, problemsOf, verifyCopies } from './destroy.ts';
import { type TprGroup, tprGroups } from './groups.ts';
import type { TprCleanerOptions } from './options.ts';
import { cleanOwn } from './own.ts';
import { type CalicoFacts, checkServer, readCalico } from './preflight.ts';
import { prove } from './proof.ts';
import { countsOf, doneSentence, groupRows, NOTHING, plannedSentence, rbacAdvice } from './sentence.ts';
import { readSides, type Sides } from './sides.ts';
import { openVault } from './vault.ts';

/**
 * Deletes the ThirdPartyResources of Calico 2.4 once every object is proved to have its equal CRD object, or with
 * `--own` what we have left in the cluster ourselves. Returns the exit code.
 */
export function tprCleaner(given: TprCleanerOptions, log: Log): Promise<number> {
  const options = dryUnlessConfirmed(given);
  if (!options.own)
    return runJob('tpr-cleaner', options, log, (run, findings) => clean(options, run, findings));
  // Leaves no ConfigMap and no Event of itself, as a dry run does: they would be ours again.
  const traceless = { ...options, dryRun: options.outputDir === undefined || options.dryRun };
  return runJob('tpr-cleaner', traceless, log, (run, findings) => cleanOwn(options, run, findings));
}

async function clean(options: TprCleanerOptions, run: Run, findings: Findings): Promise<JobResult> {
  if (options.backup === 'none')
    throw wrongUsage('tpr-cleaner deletes nothing without a backup: --backup takes configmap or a directory');
  checkBackupChoice(options.backup);
  const client = run.client();
  const preflight = run.stage('preflight');
  const forms = await checkServer(client, options, preflight);
  const sides = await readSides(client, forms.crds, run.signal);
  const groups = tprGroups(sides.tprs);
  findings.counts = countsOf(groups, sides.tprs);
  if (groups.every(({ state }) => state === 'gone')) {
    return { sentence: NOTHING, counts: findings.counts, details: {} };
  }
  const calico = await readCalico(client, forms, options);
  const vault = openVault(options, run, await nodesWithPeers(client));
  // Somebody deleted the last ThirdPartyResource: whatever this run decides, its objects are about to be destroyed.
  if (!options.dryRun && groups.some(({ state }) => state === 'going'))
    await vault.keep(sides.tprs, sides.existing);
  judge([...calico.checks, copiesCheck(sides, groups)], [], preflight, NOTHING_DELETED);
  showPlan(run.stage('plan'), sides, groups, calico);
  if (options.dryRun) return { ...findings, sentence: plannedSentence(groups) };
  const context: Destruction = { client, crds: forms.crds, options, run, vault, deleted: [] };
  return destroy(context, findings, sides);
}

/** Nodes with BGP peers of their own, which are in every backup. */
async function nodesWithPeers(client: KubeClient): Promise<readonly KubeObject[]> {
  return ((await list(client, NODES, { pick: nodeWithPeers })) ?? []).filter(hasPeers);
}

function copiesCheck(sides: Sides, groups: readonly TprGroup[]) {
  const objects = groups.reduce((sum, group) => sum + group.objects, 0);
  return checkCopies(objects, problemsOf(sides));
}

function showPlan(log: Log, sides: Sides, groups: readonly TprGroup[], calico: CalicoFacts): void {
  const proof = prove(sides.tprs.instances, sides.existing);
  for (const line of groupRows(sides.tprs, proof)) log.info(line);
  for (const line of firstLines(proof.rewritten, 20, 'the report has them all')) log.info(line);
  for (const { name, state } of groups) {
    if (state === 'going')
      log.warn(`${name}: nothing is defined any more, and the API server still serves it`);
  }
  for (const { tprName } of groups.flatMap(({ hidden }) => hidden))
    log.warn(
      `ThirdPartyResource ${tprName} is not defined, though others of its API group are: what it may hold cannot be seen until it is defined again, which the run does`,
    );
  log.info(rbacAdvice(calico));
}

async function destroy(context: Destruction, findings: Findings, seen: Sides): Promise<JobResult> {
  const { vault } = context;
  try {
    const sides = await withHiddenKinds(context, seen);
    const groups = tprGroups(sides.tprs);
    findings.counts = countsOf(groups, sides.tprs);
    await vault.keep(sides.tprs, sides.existing);
    for (const group of groups.filter(({ state }) => state !== 'gone')) await destroyGroup(context, group);
    await verifyCopies(context);
  } finally {
    findings.counts = { ...findings.counts, deleted: context.deleted.length };
    findings.details = { deleted: context.deleted, backups: vault.backups.map(({ place }) => place) };
  }
  return { ...findings, sentence: doneSentence(context.deleted.length, vault) };
}

/** Defines kinds again that nobody can see, so that what they hold is proved and saved with the rest. */
async function withHiddenKinds({ client, crds, run }: Destruction, seen: Sides): Promise<Sides> {
  const hidden = tprGroups(seen.tprs).flatMap(group => group.hidden);
  if (hidden.length === 0) return seen;
  const log = run.stage('apply');
  for (const kind of hidden) {
    await create(client, THIRD_PARTY_RESOURCES, tprDefinition(kind));
    log.info(`ThirdPartyResource ${kind.tprName} defined again, to see what it holds`);
  }
  await Promise.all(hidden.map(({ tpr }) => waitUntilServed(client, tpr, run.signal)));
  const sides = await readSides(client, crds, run.signal);
  judge([copiesCheck(sides, tprGroups(sides.tprs))], [], log, NOTHING_DELETED);
  return sides;
}
