import assert from 'node:assert/strict';
import { before, beforeEach } from 'node:test';
import { convertTprs } from '../../../jobs/lib/calico/convert.ts';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { ensureCrd } from '../../../jobs/lib/kubernetes/crd.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import type { ClusterOptions } from '../../cluster/cluster.ts';
import { defineTprs, type SeedObject, seedNodes, seedObjects } from '../../cluster/seed.ts';
import { OLD_NODES, OLD_OBJECTS } from '../../demo/old-cluster.ts';
import { deleteObject } from '../clean-cluster.ts';
import { readTprObjects } from '../content.ts';
import { type SharedCluster, useJobCluster } from '../job-cluster.ts';
import type { JobResult } from '../job-process.ts';
import { CRDS } from '../resources.ts';
import { installCalico, kubectlManifest, type UpgradedCalico } from '../upgraded-calico.ts';

/** What a 2.4 cluster holds, without the object where Calico never looks. */
export const COPIED_OBJECTS: readonly SeedObject[] = OLD_OBJECTS.filter(
  ({ object }) => object.metadata.namespace === 'kube-system',
);

export interface CleanerCluster extends SharedCluster {
  /** The old data, its copies, and a Calico that is upgraded to 2.5 unless told otherwise. */
  upgraded(calico?: UpgradedCalico, objects?: readonly SeedObject[]): Promise<void>;
  /** Runs `tpr-cleaner`. */
  clean(...args: readonly string[]): Promise<JobResult>;
  /** The same with --confirm; it has to succeed. */
  cleanAway(...args: readonly string[]): Promise<JobResult>;
}

/** A cluster for the tests of a file; every ThirdPartyResource is defined before each of them, and no other. */
export function useCleanerCluster(options?: ClusterOptions): CleanerCluster {
  const jobs = useJobCluster(options, { keepCrds: true });
  before(async () => kubectlManifest((await jobs.ready).cluster, 'apply', 'rbac-kdd.yaml'));
  beforeEach(async () => {
    const { client } = jobs;
    for (const { metadata } of (await list(client, THIRD_PARTY_RESOURCES)) ?? [])
      if (metadata.name.startsWith('foreign-'))
        await deleteObject(client, THIRD_PARTY_RESOURCES, metadata.name);
    await defineTprs(client);
  });
  const clean: CleanerCluster['clean'] = (...args) => jobs.run(['tpr-cleaner', ...args]);
  return Object.assign(jobs, {
    async upgraded(calico: UpgradedCalico = {}, objects = COPIED_OBJECTS) {
      await seedObjects(jobs.client, objects);
      await seedNodes(jobs.client, OLD_NODES);
      await seedCopies(jobs.client, objects);
      await installCalico(jobs.client, calico);
    },
    clean,
    async cleanAway(...args: readonly string[]) {
      const result = await clean('--confirm', ...args);
      assert.equal(result.exitCode, 0, result.stdout);
      return result;
    },
  });
}

/** Defines the CRDs and writes the copies that `tpr-to-crd` makes. A run of it would take longer than all else here. */
async function seedCopies(client: KubeClient, objects: readonly SeedObject[]): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  await Promise.all(TPR_KINDS.map(({ crd }) => ensureCrd(client, CRDS, crd, signal)));
  const byTpr = TPR_KINDS.map(({ tprName, tpr }) => {
    const own = objects.filter(({ object }) => object.kind === tpr.kind);
    return [tprName, own.map(({ object }) => object)] as const;
  });
  const { objects: copies } = convertTprs(new Map(byTpr), { targetVersion: '2.5.1' });
  await seedObjects(
    client,
    copies.map(({ kind, object }) => ({ plural: kind.crd.plural, object })),
  );
}

/** ThirdPartyResources and their objects byte by byte, but for what the server sets. */
export const tprTexts = async ({ client }: SharedCluster): Promise<readonly string[]> =>
  (await readTprObjects(client)).map(object => JSON.stringify(withoutServerFields(object))).sort();

/** The backup that a run names in its last line. */
export const backupIn = ({ sentence }: JobResult): string =>
  /restore --backup (\S+)/.exec(sentence)?.[1] ?? assert.fail(sentence);
