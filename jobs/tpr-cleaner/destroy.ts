import { TPR_KINDS } from '../lib/calico/tpr-kinds.ts';
import { THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import type { KubeClient } from '../lib/kubernetes/client.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { remove } from '../lib/kubernetes/remove.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { different, failedRun, refused } from '../lib/run/failure.ts';
import type { Run } from '../lib/run/run-job.ts';
import { countOf } from '../lib/run/table.ts';
import { type TprGroup, tprGroups } from './groups.ts';
import type { TprCleanerOptions } from './options.ts';
import { prove } from './proof.ts';
import { readSides, type Sides } from './sides.ts';
import type { Vault } from './vault.ts';
import { waitUntilGone } from './wait.ts';

/** What the deletion works with. */
export interface Destruction {
  readonly client: KubeClient;
  readonly crds: Resource;
  readonly options: TprCleanerOptions;
  readonly run: Run;
  readonly vault: Vault;
  /** Names of the ThirdPartyResources that this run has deleted. */
  readonly deleted: string[];
}

/** How often data that changes is proved and saved anew before it is called a moving target. */
const ROUNDS = 5;

/**
 * Deletes the ThirdPartyResources of a group and waits until its objects are gone. All but the last delete nothing else
 * (tpr-to-crd reference, section 7), so that a run which is cut off leaves objects that the next one still sees. Before
 * the last one everything is read, proved, and where it changed saved once more.
 */
export async function destroyGroup(context: Destruction, group: TprGroup): Promise<void> {
  const { run, vault } = context;
  const last = group.defined.at(-1);
  for (const definition of group.defined.slice(0, -1)) await deleteDefinition(context, definition);
  if (last) {
    await proveOnceMore(context, group);
    await deleteDefinition(context, last);
  }
  run
    .stage('apply')
    .info(`${group.name}: waiting until the API server has removed ${countOf(group.objects, 'object')}`);
  const before = vault.backups.length;
  await waitUntilGone(context, group);
  if (vault.backups.length > before) await judgeLatecomers(context);
}

async function deleteDefinition(context: Destruction, definition: KubeObject): Promise<void> {
  const { client, run, deleted } = context;
  await remove(client, THIRD_PARTY_RESOURCES, definition);
  deleted.push(definition.metadata.name);
  run.stage('apply').info(`ThirdPartyResource ${definition.metadata.name} deleted`);
}

/** Reads both sides until what is there is proved and saved. Throws a refusal where it cannot be. */
async function proveOnceMore(context: Destruction, group: TprGroup): Promise<void> {
  const { client, crds, run, vault } = context;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const sides = await readSides(client, crds, run.signal);
    requireVisible(context, group, sides);
    const problems = problemsOf(sides);
    if (problems.length > 0) {
      // Saved all the same: the API server may be about to destroy them for another reason.
      await vault.keep(sides.tprs, sides.existing);
      throw refused(
        `${stoppedText(context, group.name)}: ${countOf(problems.length, 'problem')} appeared during the run`,
        problems,
      );
    }
    if (!(await vault.keep(sides.tprs, sides.existing))) return;
    run.stage('apply').warn('the old data changed during the run, and is saved anew');
  }
  throw different(
    `${stoppedText(context, group.name)}: the old data kept changing through ${ROUNDS} rounds. Find what writes it (calicoctl 1.4, a calico-node 2.4), then start again`,
  );
}

/** An API server that was started again does not serve a kind any more whose ThirdPartyResource is deleted. */
function requireVisible(context: Destruction, { name }: TprGroup, { tprs }: Sides): void {
  const hidden = tprGroups(tprs).find(group => group.name === name)?.hidden ?? [];
  if (hidden.length === 0) return;
  const kinds = hidden.map(({ tpr }) => tpr.kind).join(', ');
  throw failedRun(
    `${stoppedText(context, name)}. ${kinds} cannot be seen any more, perhaps as an API server was started again; the next run defines what it needs to see them`,
  );
}

/** What stands against a deletion, a line each. */
export function problemsOf({ tprs, existing, foreign, definitionProblems }: Sides): readonly string[] {
  return [
    ...definitionProblems,
    ...foreign.map(
      name =>
        `ThirdPartyResource ${name}: is not Calico's, but of its API group, whose objects are all destroyed together. Move it elsewhere first`,
    ),
    ...prove(tprs.instances, existing).problems,
  ];
}

function stoppedText({ deleted }: Destruction, name: string): string {
  const done =
    deleted.length > 0 ? ` (deleted so far: ${deleted.join(', ')}; the next run goes on from there)` : '';
  return `the last ThirdPartyResource of ${name} was not deleted, and its objects are all there${done}`;
}

/** Objects that somebody made after the last look: saved, but perhaps without a copy. */
async function judgeLatecomers({ client, crds, run, vault }: Destruction): Promise<void> {
  const { existing } = await readSides(client, crds, run.signal);
  const { problems } = prove(vault.saved.instances, existing);
  if (problems.length === 0) return;
  const place = vault.backups.at(-1)?.name ?? '';
  throw different(
    `${countOf(problems.length, 'object')} changed or appeared while the last ThirdPartyResource was deleted. Nothing is lost: restore --backup ${place} brings all back; then copy or delete what is named here, and start again`,
    problems,
  );
}

/** After everything is gone: each copy is still there and equal. Throws a Failure that names those which are not. */
export async function verifyCopies({ client, crds, run, vault }: Destruction): Promise<void> {
  const log = run.stage('verify');
  const { tprs, existing } = await readSides(client, crds, run.signal);
  const left = tprs.definitions.map(({ metadata }) => `ThirdPartyResource ${metadata.name}: was made anew`);
  const problems = [...left, ...prove(vault.saved.instances, existing).problems];
  if (problems.length > 0) {
    throw different(
      `the old data is deleted, but ${countOf(problems.length, 'object')} changed meanwhile. The old objects are in ${vault.backups.at(-1)?.place ?? 'the backup'}`,
      problems,
    );
  }
  const all = TPR_KINDS.reduce(
    (sum, { tprName }) => sum + (vault.saved.instances.get(tprName)?.length ?? 0),
    0,
  );
  log.info(`nothing is left of the old data; all ${all} copies are there and equal`);
}
