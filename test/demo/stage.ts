import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Progress, startProgress } from '../cluster/progress.ts';
import { type Shell, say } from './screen.ts';

export const MANIFEST = 'manifests/upgrade-job.yaml';

/** What the demo plays on. */
export interface Stage {
  readonly cluster: Cluster;
  /** A Node with BGP peers of its own, by IPv4 and by IPv6. */
  readonly nodeWithPeers: string;
  /** Brings Calico 2.4 onto the cluster, with its data. */
  seed(client: KubeClient, shell: Shell): Promise<void>;
  /** Shows Calico running, where it does. */
  showCalico(shell: Shell): Promise<void>;
  /** Applies the manifest of a job, shows its log as it comes, and waits until it has succeeded. */
  runJob(client: KubeClient, shell: Shell, manifest?: string): Promise<void>;
}

/** Does something in phases that are shown with the time since its start. */
export async function inPhases<T>(action: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = startProgress(line => void say(line));
  try {
    return await action(progress);
  } finally {
    progress.done();
  }
}

export const DEFINING =
  'defining the ThirdPartyResources as calico-node 2.4 does, and waiting until they are served';
