import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { CALICO_UPGRADES } from '../../../jobs/lib/calico/upgrade/api.ts';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { createUpgrade, defineUpgrades, undefineUpgrades } from '../../controller/upgrade-kind.ts';
import { eventually } from '../../demo/eventually.ts';
import { deleteAll } from '../clean-cluster.ts';
import { patch } from '../edit.ts';
import { type JobCluster, startJobCluster } from '../job-cluster.ts';
import { type JobProcess, startJob } from '../job-process.ts';
import { accountWith } from '../job-rights.ts';

let jobs: JobCluster;
before(async () => {
  jobs = await startJobCluster({ name: 'show-status' });
  await defineUpgrades(jobs.client);
});
beforeEach(() => deleteAll(jobs.client, CALICO_UPGRADES));
after(() => jobs?.stop());

const setStatus = (name: string, status: UpgradeStatus): Promise<void> =>
  patch(jobs.client, CALICO_UPGRADES, { metadata: { name } }, { status });

/** A process that watches, and what it said so far. */
function watch(args: readonly string[] = []): JobProcess & { readonly said: () => string } {
  const started = startJob(['status', '--watch', ...args], { kubeconfig: jobs.cluster.kubeconfig });
  let text = '';
  started.child.stdout?.on('data', part => {
    text += String(part);
  });
  return { ...started, said: () => text };
}

describe('calico-upgrade status', () => {
  it('says how far every upgrade is, or one of them', async () => {
    assert.equal((await jobs.run(['status'])).stdout, 'There is no CalicoUpgrade in this cluster\n');
    await createUpgrade(jobs.client, 'first');
    await createUpgrade(jobs.client, 'second');
    await setStatus('second', {
      phase: 'Paused',
      message: 'node-2 is next',
      from: '2.4.1',
      target: '2.6.12',
    });
    const all = await jobs.run(['status']);
    assert.equal(all.exitCode, 0, all.stderr);
    assert.equal(
      all.stdout,
      `CalicoUpgrade first
But it has no status yet: is the controller running?

CalicoUpgrade second: Paused, Calico 2.4.1 to 2.6.12
node-2 is next
`,
    );
    const one = await jobs.run(['status', 'first']);
    assert.equal(one.stdout, 'CalicoUpgrade first\nBut it has no status yet: is the controller running?\n');
    const other = await jobs.run(['status', 'third']);
    assert.equal(other.exitCode, 2);
    assert.equal(other.stdout, '');
    assert.match(other.stderr, /error: there is no CalicoUpgrade third, but: first, second\n/);
  });

  it('watches an upgrade to its good end, and says each line once', async () => {
    await createUpgrade(jobs.client, 'calico');
    const { result, said } = watch(['calico']);
    await eventually('the first lines', async () => said().includes('no status yet'));
    const steps = [{ name: 'backup', state: 'Done' as const, reason: 'needed' }];
    await setStatus('calico', { phase: 'Progressing', message: 'node-1', steps });
    await eventually('the next lines', async () => said().includes('node-1'));
    await setStatus('calico', { phase: 'Complete', message: 'all 3 nodes run it', steps });
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 0);
    assert.equal(stdout.match(/backup +Done +needed/g)?.length, 1);
    assert.match(stdout, /Progressing\nnode-1\n(.|\n)*CalicoUpgrade calico: Complete\nall 3 nodes run it\n$/);
  });

  it('ends with exit code 1 where an upgrade stopped, unless somebody told it to go on', async () => {
    const upgrade = await createUpgrade(jobs.client, 'calico');
    await setStatus('calico', {
      phase: 'Stopped',
      message: 'node-1 is over its time',
      observedSpec: 'older',
    });
    const { result, said } = watch();
    await eventually('the doubt', async () => said().includes('the controller has not seen yet'));
    await patch(jobs.client, CALICO_UPGRADES, upgrade, { status: { observedSpec: null } });
    assert.equal((await result).exitCode, 1);
  });

  it('says what it lacks: the right to read, or the kind', async () => {
    const kubeconfig = await accountWith(jobs.cluster, jobs.client, []);
    const forbidden = await jobs.run(['status'], { kubeconfig });
    assert.equal(forbidden.exitCode, 3);
    assert.match(forbidden.stderr, /needs the right to list calicoupgrades\.upgrade\.projectcalico\.org\n/);
    await undefineUpgrades(jobs.client);
    const { exitCode, stderr } = await jobs.run(['status']);
    assert.equal(exitCode, 3);
    assert.match(
      stderr,
      /no calicoupgrades\.upgrade\.projectcalico\.org: the controller was never installed/,
    );
  });
});
