import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { useJobCluster } from '../job-cluster.ts';
import { MIXED, policyNames, readWorld, seedWorld } from './seed-world.ts';

const jobs = useJobCluster({});
beforeEach(async () => {
  await create(jobs.client, ...calicoDaemonSet({ image: 'quay.io/calico/node:v1.2.1' }));
  await seedWorld(jobs.client, MIXED);
});

describe('policy-converter', () => {
  it('tries', async () => {
    for (const args of [['--dry-run'], [], [], ['--revert', '--dry-run'], ['--revert'], ['--revert']]) {
      const { stdout, exitCode, stderr } = await jobs.run(['policy-converter', ...args]);
      console.log(args, exitCode, '\n', stdout, stderr);
      console.log(policyNames(await readWorld(jobs.client)).join(' '));
    }
    assert.ok(true);
  });
});
