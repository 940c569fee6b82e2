import * as v from 'valibot';
import { UPGRADE_GROUP } from '../../jobs/lib/calico/upgrade/api.ts';
import { type JobManifest, type JobPatch, jobManifest, jobPatch } from './job-schema.ts';

/** Label of a Job and its pods: the CalicoUpgrade that it belongs to. */
export const UPGRADE_LABEL = `${UPGRADE_GROUP}/upgrade`;

/** Kubernetes keeps the name of a Job in a label of its pods, which may have 63 characters. */
const LONGEST_NAME = 63;

/** A Job to make from a manifest. */
export interface JobWanted {
  /** The documents of the manifest, and of the patch where there is one. */
  readonly documents: readonly unknown[];
  readonly patch?: readonly unknown[];
  /** The uid of the CalicoUpgrade. */
  readonly uid: string;
  /** The image to use, by the one of the manifest. */
  readonly imageFor: (image: string) => string;
  readonly pullSecrets: readonly { readonly name: string }[];
  /** Values of variables that the manifest has. */
  readonly options: Readonly<Record<string, string>>;
  /** For the Job and its pods; with `UPGRADE_LABEL`, by which a Job is known as ours. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The Job of a manifest, for one CalicoUpgrade. Throws where the manifest has no such Job, or not the variable of an option. */
export function jobFor(wanted: JobWanted): JobManifest {
  const job = patched(jobOf(wanted.documents), wanted.patch);
  const { uid, imageFor, pullSecrets, options, labels } = wanted;
  const { metadata, spec } = job;
  const { template } = spec;
  const [container] = template.spec.containers;
  const ready = {
    ...container,
    image: imageFor(container.image),
    env: withOptions(metadata.name, container.env, options),
  };
  return {
    ...job,
    metadata: {
      ...metadata,
      name: nameFor(metadata.name, uid),
      labels: { ...metadata.labels, ...labels },
    },
    spec: {
      ...spec,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata.labels, ...labels } },
        spec: {
          ...template.spec,
          ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets }),
          containers: [ready],
        },
      },
    },
  };
}

/** The label that tells whose Job it is; a long name is cut, which is no loss: the name of the Job has the uid. */
export const upgradeLabels = (upgrade: string): Readonly<Record<string, string>> => ({
  [UPGRADE_LABEL]: cut(upgrade, LONGEST_NAME),
});

/** Another CalicoUpgrade gets another Job, also when it has the name of one before. */
function nameFor(name: string, uid: string): string {
  const suffix = `-${uid.slice(0, 8)}`;
  return `${cut(name, LONGEST_NAME - suffix.length)}${suffix}`;
}

/** Names and labels end with a letter or a digit. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[-.]+$/, '');

function jobOf(documents: readonly unknown[]): JobManifest {
  const jobs = documents.filter(document => v.is(v.object({ kind: v.literal('Job') }), document));
  if (jobs.length !== 1) throw new Error(`a manifest of a job has one Job, and this one ${jobs.length}`);
  return v.parse(jobManifest, jobs[0]);
}

/** The Job with what a patch adds to its container and its pod. */
function patched(job: JobManifest, documents: readonly unknown[] | undefined): JobManifest {
  if (documents === undefined) return job;
  const { spec }: JobPatch = v.parse(jobPatch, documents[0]);
  const [added] = spec.template.spec.containers;
  const { template } = job.spec;
  const [container] = template.spec.containers;
  if (added.name !== container.name)
    throw new Error(`the patch is for a container ${added.name}, and the Job has ${container.name}`);
  const changed = {
    ...container,
    env: [...container.env, ...added.env],
    volumeMounts: [...container.volumeMounts, ...added.volumeMounts],
  };
  const volumes = [...template.spec.volumes, ...spec.template.spec.volumes];
  const podSpec = { ...template.spec, volumes, containers: [changed] satisfies [typeof changed] };
  return { ...job, spec: { ...job.spec, template: { ...template, spec: podSpec } } };
}

type Variables = JobManifest['spec']['template']['spec']['containers'][0]['env'];

function withOptions(job: string, env: Variables, options: JobWanted['options']): Variables {
  const settable = env.filter(variable => !('valueFrom' in variable)).map(({ name }) => name);
  const unknown = Object.keys(options).filter(name => !settable.includes(name));
  if (unknown.length > 0)
    throw new Error(`${job} has no variable ${unknown.join(', ')}; it has ${settable.join(', ')}`);
  return env.map(variable => {
    const value = options[variable.name];
    return value === undefined ? variable : { name: variable.name, value };
  });
}
