import type { KubeClient } from '../lib/kubernetes/client.ts';
import { crdName } from '../lib/kubernetes/crd.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { checkBackupChoice } from '../lib/run/backup-choice.ts';
import { judge } from '../lib/run/checks.ts';
import { dryUnlessConfirmed, HOW_TO_CONFIRM, NOTHING_DELETED } from '../lib/run/confirm.ts';
import { different, refused, wrongUsage } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { type Findings, type JobResult, type Run, runJob } from '../lib/run/run-job.ts';
import { countOf, tableLines } from '../lib/run/table.ts';
import type { KddCleanerOptions } from './options.ts';
import { checkDowngrade, checkServer } from './preflight.ts';
import { removeKind } from './remove-kind.ts';
import { readV3Data, strangeDefinitions, type V3Kind } from './v3-data.ts';
import { openVault } from './vault.ts';

/** Removes the four CRDs that only Calico 3.0 reads, after a downgrade from it. Returns the exit code. */
export function kddV3Cleaner(given: KddCleanerOptions, log: Log): Promise<number> {
  const options = dryUnlessConfirmed(given);
  return runJob('kdd-cleaner', options, log, (run, findings) => clean(options, run, findings));
}

async function clean(options: KddCleanerOptions, run: Run, findings: Findings): Promise<JobResult> {
  if (options.backup === 'none')
    throw wrongUsage('kdd-cleaner deletes nothing without a backup: --backup takes configmap or a directory');
  checkBackupChoice(options.backup);
  const client = run.client();
  const preflight = run.stage('preflight');
  const forms = await checkServer(client, options, preflight);
  const data = await readV3Data(client, forms.crds);
  const there = data.filter(({ definition }) => definition !== undefined);
  const objects = data.reduce((sum, kind) => sum + kind.objects.length, 0);
  findings.counts = { definitions: there.length, objects };
  if (there.length === 0)
    return { ...findings, sentence: 'nothing to delete: none of the four definitions of Calico 3.0 is left' };
  judge(await checkDowngrade(client, forms, options), [], preflight, NOTHING_DELETED);
  const strange = strangeDefinitions(data);
  if (strange.length > 0) throw refused(NOTHING_DELETED + strange.join('. '));
  showPlan(run.stage('plan'), data);
  const what = `${countOf(there.length, 'CustomResourceDefinition')} of Calico 3.0, and with them ${countOf(objects, 'object')}`;
  if (options.dryRun) return { ...findings, sentence: `dry run: ${what} to delete. ${HOW_TO_CONFIRM}` };

  const vault = openVault(options, run);
  try {
    await vault.keep(data);
    for (const kind of there) await removeKind({ client, crds: forms.crds, options, run, vault }, kind);
    await verify(client, forms.crds, run);
  } finally {
    findings.details = { backups: vault.backups.map(({ place }) => place) };
  }
  const name = vault.backups.at(-1)?.name ?? '';
  return {
    ...findings,
    sentence: `deleted and verified: ${what}. Once the kinds are defined again, bring the objects back with: restore --backup ${name}`,
  };
}

function showPlan(log: Log, data: readonly V3Kind[]): void {
  const rows = data.map(({ kind, definition, objects }) => [
    crdName(kind),
    definition ? 'yes' : 'no',
    objects.length,
  ]);
  for (const line of tableLines([['definition', 'defined', 'objects'], ...rows])) log.info(line);
  const own = data.find(({ kind }) => kind.namespaced)?.objects.length ?? 0;
  if (own > 0)
    log.warn(
      `${countOf(own, 'NetworkPolicy object')} of Calico 3.0: 2.6 has no such kind, and they exist nowhere else`,
    );
}

async function verify(client: KubeClient, crds: Resource, run: Run): Promise<void> {
  const left = (await readV3Data(client, crds)).filter(({ definition }) => definition !== undefined);
  if (left.length > 0) {
    const names = left.map(({ kind }) => crdName(kind)).join(', ');
    throw different(`${names} was defined again meanwhile: find what of Calico 3.0 is being installed`);
  }
  run.stage('verify').info('none of the four definitions is left');
}
