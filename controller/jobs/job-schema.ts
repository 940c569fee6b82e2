import * as v from 'valibot';

const named = v.looseObject({ name: v.string() });
const list = v.optional(v.array(named), []);
const texts = v.optional(v.record(v.string(), v.string()), {});

const container = v.looseObject({ name: v.string(), image: v.string(), env: list, volumeMounts: list });

/** The Job of one of our manifests: one container, and whatever else it has. */
export const jobManifest = v.looseObject({
  apiVersion: v.literal('batch/v1'),
  kind: v.literal('Job'),
  metadata: v.looseObject({ name: v.string(), namespace: v.string(), labels: texts }),
  spec: v.looseObject({
    template: v.looseObject({
      metadata: v.looseObject({ labels: texts }),
      spec: v.looseObject({ containers: v.tuple([container]), volumes: list }),
    }),
  }),
});

export type JobManifest = v.InferOutput<typeof jobManifest>;

/** A patch of such a Job: what it adds to the lists of its container and pod. */
export const jobPatch = v.looseObject({
  kind: v.literal('Job'),
  spec: v.strictObject({
    template: v.strictObject({
      spec: v.strictObject({
        containers: v.tuple([v.strictObject({ name: v.string(), env: list, volumeMounts: list })]),
        volumes: list,
      }),
    }),
  }),
});

export type JobPatch = v.InferOutput<typeof jobPatch>;
