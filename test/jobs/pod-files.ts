import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVENTS, JOBS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';

/** What a job gets from its pod: files that the kubelet makes, and the Job that the pod belongs to. */
export interface PodFiles {
  /** The environment that tells a job where they are, as the manifest does. */
  readonly env: Readonly<Record<string, string>>;
  readonly job: KubeObject;
  terminationMessage(): Promise<string>;
  /** The Events of the Job. */
  events(): Promise<readonly KubeObject[]>;
}

/** Creates a Job without pods, and the files of one pod of it in a new directory. */
export async function makePodFiles(client: KubeClient, directory: string, name: string): Promise<PodFiles> {
  const template = {
    spec: { restartPolicy: 'OnFailure', containers: [{ name: 'upgrade', image: 'calico-upgrade/job' }] },
  };
  const { object: job } = await create(
    client,
    JOBS,
    { metadata: { name, namespace: 'default' }, spec: { parallelism: 0, template } },
    'default',
  );
  const pod = join(directory, name);
  await mkdir(pod, { recursive: true });
  const [labels, terminationLog] = [join(pod, 'labels'), join(pod, 'termination-log')];
  await writeFile(labels, `app="calico-upgrade"\ncontroller-uid="${job.metadata.uid}"\njob-name="${name}"\n`);
  await writeFile(terminationLog, '');
  return {
    env: {
      CALICO_UPGRADE_POD_LABELS: labels,
      CALICO_UPGRADE_TERMINATION_LOG: terminationLog,
      CALICO_UPGRADE_STATE_DIR: join(pod, 'state'),
    },
    job,
    terminationMessage: () => readFile(terminationLog, 'utf8'),
    events: async () => {
      const events = (await list(client, EVENTS, { namespace: 'default' })) ?? [];
      return events.filter(
        ({ involvedObject }) => isRecord(involvedObject) && involvedObject.uid === job.metadata.uid,
      );
    },
  };
}
