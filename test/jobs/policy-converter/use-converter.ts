import { before, beforeEach } from 'node:test';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { type SharedCluster, useJobCluster } from '../job-cluster.ts';
import type { JobResult } from '../job-process.ts';
import type { World } from '../lib/calico/networkpolicy/brute-force.ts';
import { MIXED, seedWorld } from './seed-world.ts';

/** The image of a Calico that reads the annotation, and of one that follows v1 semantics. */
export const OLD_IMAGE = 'quay.io/calico/node:v1.2.1';
export const NEW_IMAGE = 'quay.io/calico/node:v1.3.0';

export interface ConverterCluster {
  readonly jobs: SharedCluster;
  /** Runs `policy-converter` as the administrator. */
  convert(...args: readonly string[]): Promise<JobResult>;
}

/** A cluster with Calico 2.2 on the Kubernetes datastore, which holds `world` before each test of the file. */
export function useConverter(world: World = MIXED, image = OLD_IMAGE): ConverterCluster {
  const jobs = useJobCluster({});
  before(() => jobs.ready);
  beforeEach(async () => {
    await create(jobs.client, ...calicoDaemonSet({ image }));
    await seedWorld(jobs.client, world);
  });
  return { jobs, convert: (...args) => jobs.run(['policy-converter', ...args]) };
}
