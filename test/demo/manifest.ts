import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import * as v from 'valibot';

const fieldRef = v.object({ fieldRef: v.object({ fieldPath: v.string() }) });

const container = v.object({
  name: v.string(),
  image: v.string(),
  args: v.array(v.string()),
  env: v.array(
    v.object({ name: v.string(), value: v.optional(v.string()), valueFrom: v.optional(fieldRef) }),
  ),
  volumeMounts: v.array(v.object({ name: v.string(), mountPath: v.string() })),
});

const volume = v.object({
  name: v.string(),
  emptyDir: v.optional(v.object({})),
  downwardAPI: v.optional(v.object({ items: v.array(v.object({ path: v.string(), ...fieldRef.entries })) })),
});

const job = v.object({
  kind: v.literal('Job'),
  metadata: v.object({ name: v.string(), namespace: v.string() }),
  spec: v.object({
    template: v.object({
      spec: v.object({
        serviceAccountName: v.string(),
        containers: v.tuple([container]),
        volumes: v.array(volume),
      }),
    }),
  }),
});

/** The parts of a Job's manifest that decide how its program runs. */
export type JobManifest = v.InferOutput<typeof job>;

export type Container = v.InferOutput<typeof container>;

/** Reads the Job of a manifest with several documents. */
export async function readJob(path: string): Promise<JobManifest> {
  const documents = loadAll(await readFile(path, 'utf8'));
  const found = documents.find(document => v.is(v.object({ kind: v.literal('Job') }), document));
  return v.parse(job, found);
}
