import { isDeepStrictEqual } from 'node:util';
import { containersOf } from '../../jobs/lib/calico/container-env.ts';
import {
  AT_WORK_ANNOTATION,
  FROM_ANNOTATION,
  REVISION_ANNOTATION,
} from '../../jobs/lib/calico/upgrade/annotations.ts';
import { applyObject } from '../../jobs/lib/kubernetes/apply.ts';
import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import { type Fields, fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { get, update } from '../../jobs/lib/kubernetes/write.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import { placementOf } from '../rollout/placement.ts';
import { templateFingerprint } from '../target/fingerprint.ts';
import type { Run, TemplateState, Work } from '../upgrade/run.ts';
import { daemonSetName, liveDaemonSet, patchDaemonSet } from './daemon-set.ts';
import { targetFor } from './target-for.ts';

/** Puts the wanted pod template on the DaemonSet, which restarts nothing: its strategy is OnDelete before. */
export async function putTemplate(work: Work): Promise<TemplateState> {
  const { run } = work;
  const { client, signal } = run.controller;
  await takeDaemonSet(run);
  if (run.isRollback) await restoreTemplate(run);
  else {
    const config = await configData(run);
    const live = await liveDaemonSet(run);
    const mark = (object: KubeObject): KubeObject =>
      needsRestart(object, live, config, run) ? marked(object, config) : withoutMark(object);
    const { daemonSet } = await targetFor(work);
    await applyObject({ client, kinds: run.kinds }, daemonSet, signal, mark);
  }
  return templateState(await liveDaemonSet(run));
}

/** Exactly as it was, so that nodes that still have pods of it are not touched. */
async function restoreTemplate(run: Run): Promise<void> {
  const before = run.previous.daemonSet;
  const template = isRecord(before?.spec) ? before.spec.template : undefined;
  if (!isRecord(template))
    throw refused('what ran before this upgrade is not known: there is no way back by itself');
  const { name, namespace } = daemonSetName(run);
  await update(
    run.controller.client,
    run.daemonSets,
    name,
    current => {
      const spec = isRecord(current.spec) ? current.spec : {};
      return isDeepStrictEqual(spec.template, template)
        ? undefined
        : { ...current, spec: { ...spec, template } };
    },
    namespace,
  );
}

/**
 * Notes on the DaemonSet which upgrade changes it, and sets OnDelete before its template changes, so that Kubernetes does not begin to
 * replace pods by itself (design, controller contract).
 */
async function takeDaemonSet(run: Run): Promise<void> {
  const notes = notesOf(run);
  await patchDaemonSet(run, ({ metadata, spec }) => {
    const isNoted = hasNotes(metadata, notes);
    const isOnDelete = fieldsOf(fieldsOf(spec).updateStrategy).type === 'OnDelete';
    if (isNoted && isOnDelete) return undefined;
    const updateStrategy = { type: 'OnDelete', rollingUpdate: null };
    return { metadata: { annotations: notes }, spec: { updateStrategy } };
  });
}

/**
 * Notes on the DaemonSet which upgrade is at work, before anything of Calico is changed: an upgrade that comes after one that was deleted
 * in the middle finds by it what was there before the first change.
 */
export async function noteAtWork(run: Run): Promise<void> {
  if (run.made.isNoted || !run.previous.daemonSet) return;
  const notes = notesOf(run);
  await patchDaemonSet(run, ({ metadata }) =>
    hasNotes(metadata, notes) ? undefined : { metadata: { annotations: notes } },
  );
  run.made.isNoted = true;
}

type Notes = Readonly<Record<string, string | undefined>>;

const notesOf = ({ upgrade, previous }: Run): Notes => ({
  [AT_WORK_ANNOTATION]: upgrade.metadata.uid,
  [FROM_ANNOTATION]: previous.from,
});

const hasNotes = ({ annotations }: KubeObject['metadata'], notes: Notes): boolean =>
  Object.entries(notes).every(([note, value]) => annotations?.[note] === value);

/** What the pods read of the ConfigMap when they start: a change of it needs their restart, too. */
async function configData(run: Run): Promise<Fields> {
  const known = run.previous.configMap?.metadata;
  if (!known) return {};
  const live = await get(run.controller.client, CONFIG_MAPS, known.name, known.namespace);
  return fieldsOf(live?.data);
}

/**
 * Whether pods of before differ from those of this template. Where the DaemonSet has a revision already, that tells; elsewhere the template and
 * the ConfigMap are compared with what was there before: an upgrade that changes nothing must restart nothing.
 */
function needsRestart(wanted: KubeObject, live: KubeObject, config: Fields, { previous }: Run): boolean {
  if (templateState(live).revision !== '') return true;
  const isSame =
    templateFingerprint(templateOf(wanted), config) ===
    templateFingerprint(templateOf(live), fieldsOf(previous.configMap?.data));
  return !isSame;
}

const templateOf = ({ spec }: KubeObject): Fields => fieldsOf(fieldsOf(spec).template);

function withoutMark(object: KubeObject): KubeObject {
  const template = templateOf(object);
  const metadata = fieldsOf(template.metadata);
  const { [REVISION_ANNOTATION]: _, ...annotations } = fieldsOf(metadata.annotations);
  const hasOthers = Object.keys(annotations).length > 0;
  const { annotations: __, ...others } = metadata;
  return {
    ...object,
    spec: {
      ...fieldsOf(object.spec),
      template: { ...template, metadata: { ...others, ...(hasOthers && { annotations }) } },
    },
  };
}

/** The DaemonSet with the revision of its template. */
function marked(object: KubeObject, config: Fields): KubeObject {
  const spec = isRecord(object.spec) ? object.spec : {};
  const template = isRecord(spec.template) ? spec.template : {};
  const metadata = isRecord(template.metadata) ? template.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  const revision = templateFingerprint(template, config);
  return {
    ...object,
    spec: {
      ...spec,
      template: {
        ...template,
        metadata: { ...metadata, annotations: { ...annotations, [REVISION_ANNOTATION]: revision } },
      },
    },
  };
}

/** The template of a DaemonSet that has our revision; one without has the revision ''. */
export function templateState({ metadata, spec }: KubeObject): TemplateState {
  const template = isRecord(spec) && isRecord(spec.template) ? spec.template : {};
  const podSpec = isRecord(template.spec) ? template.spec : {};
  const annotations =
    isRecord(template.metadata) && isRecord(template.metadata.annotations)
      ? template.metadata.annotations
      : {};
  return {
    revision: String(annotations[REVISION_ANNOTATION] ?? ''),
    images: Object.fromEntries(containersOf(podSpec).map(({ name, image }) => [name, image])),
    template,
    placement: placementOf(podSpec),
    generation: typeof metadata.generation === 'number' ? metadata.generation : undefined,
    uid: metadata.uid,
  };
}

/** Whether the DaemonSet's controller has seen its present state: before, it would make pods of the old template. */
export function isObserved({ metadata, status }: KubeObject): boolean {
  const observed = isRecord(status) ? status.observedGeneration : undefined;
  const { generation } = metadata;
  return typeof generation !== 'number' || (typeof observed === 'number' && observed >= generation);
}
