import type { TprKind } from '../lib/calico/tpr-kinds.ts';
import { THIRD_PARTY_RESOURCES } from '../lib/kubernetes/builtin.ts';
import { list } from '../lib/kubernetes/list.ts';
import { listKinds, type ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import type { Tprs } from '../lib/kubernetes/tprs.ts';
import { monotonicMs, sleep } from '../lib/run/abort.ts';
import { failedRun, refused } from '../lib/run/failure.ts';
import type { Destruction } from './destroy.ts';
import type { TprGroup } from './groups.ts';
import { unsaved } from './vault.ts';

/** A kind is gone after this many looks in a row: there may be several API servers, each with its own clock. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 500;

/**
 * Waits until the API server serves no kind of the group any more. What it still shows and no backup holds, made by
 * somebody after the last look, is saved at once. Throws a Failure that says what stays when the time is over.
 */
export async function waitUntilGone(context: Destruction, group: TprGroup): Promise<void> {
  const { client, options, run, vault } = context;
  const deadline = monotonicMs() + options.wait * 1000;
  let everGone = false;
  for (let gone = 0; gone < LOOKS; ) {
    const objects = await listKinds(
      client,
      group.kinds.map(({ tpr }) => tpr),
    );
    const tprs = asTprs(group.kinds, objects);
    const late = unsaved(vault.saved, tprs);
    if (late.length > 0) {
      for (const line of late) run.stage('apply').warn(`${line} appeared or changed after the last look`);
      await vault.keep(tprs);
    }
    const left = group.kinds.filter(({ tpr }) => objects.get(tpr.plural) !== undefined);
    gone = left.length === 0 ? gone + 1 : 0;
    everGone ||= left.length === 0;
    if (gone === LOOKS) break;
    if (monotonicMs() > deadline) throw await stays(context, group, left, objects, everGone);
    await sleep(BETWEEN_LOOKS_MS, run.signal);
  }
  run.stage('apply').info(`${group.name}: gone`);
}

function asTprs(kinds: readonly TprKind[], objects: ObjectsByPlural): Tprs {
  return {
    definitions: [],
    instances: new Map(kinds.map(({ tprName, tpr }) => [tprName, objects.get(tpr.plural)])),
  };
}

/** Why the objects may still be there (tpr-to-crd reference, section 7). */
async function stays(
  { client, options }: Destruction,
  { name, kinds }: TprGroup,
  left: readonly TprKind[],
  objects: ObjectsByPlural,
  everGone: boolean,
) {
  const names = new Set(kinds.map(({ tprName }) => tprName));
  const defined = ((await list(client, THIRD_PARTY_RESOURCES)) ?? []).filter(({ metadata }) =>
    names.has(metadata.name),
  );
  if (defined.length > 0) {
    const again = defined.map(({ metadata }) => metadata.name).join(', ');
    return refused(
      `the old data of ${name} stays: somebody defined ${again} again, as a calico-node 2.4 does when it starts. Find it and upgrade it, then start again`,
    );
  }
  const what = left.map(({ tpr }) => `${tpr.kind} (${objects.get(tpr.plural)?.length ?? 0})`).join(', ');
  const why = everGone
    ? 'One API server of several still serves it: look at each, and start that one again'
    : 'No API server has removed it: look at their logs, and start them again, one after the other';
  return failedRun(
    `after ${options.wait} s still served, though no ThirdPartyResource of ${name} is left: ${what || 'now and then all of it'}. ${why}; then start this job again`,
  );
}
