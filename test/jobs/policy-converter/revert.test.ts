import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { deleteObject } from '../clean-cluster.ts';
import { backupNames } from '../content.ts';
import { patch } from '../edit.ts';
import {
  annotate,
  contentOf,
  DENY,
  getPolicy,
  POLICIES,
  policyNames,
  policyOf,
  readWorld,
} from './seed-world.ts';
import { useConverter } from './use-converter.ts';

const { jobs, convert } = useConverter();

/** All policies, as a user sees them. */
const contents = async () => (await readWorld(jobs.client)).policies.map(contentOf);

describe('policy-converter --revert', () => {
  it('brings back exactly what was deleted, labels and annotations too, and deletes what was created', async () => {
    const before = await contents();
    assert.equal((await convert()).exitCode, 0);
    assert.notDeepEqual(await contents(), before);
    const { exitCode, sentence, stdout } = await convert('--revert');
    assert.equal(exitCode, 0, stdout);
    assert.equal(sentence, 'reverted and verified: 3 NetworkPolicies brought back, 2 default-deny deleted');
    assert.deepEqual(await contents(), before);
  });

  it('does nothing a second time, and forgets what it has brought back', async () => {
    assert.equal((await convert()).exitCode, 0);
    assert.equal((await convert('--revert')).exitCode, 0);
    await deleteObject(jobs.client, POLICIES, 'web', 'blog');
    const before = await contents();
    const { exitCode, sentence, stdout } = await convert('--revert');
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^nothing to revert: /);
    assert.deepEqual(await contents(), before);
  });

  it('brings back what several runs have deleted, each policy as it was deleted last', async () => {
    assert.equal((await convert()).exitCode, 0);
    const newer = policyOf(
      'blog',
      'web',
      { podSelector: {}, ingress: [{}] },
      { labels: { edition: 'second' } },
    );
    await create(jobs.client, POLICIES, newer, 'blog');
    assert.equal((await convert()).exitCode, 0);
    assert.equal((await backupNames(jobs.client)).length, 2);
    assert.equal((await convert('--revert')).exitCode, 0);
    const names = policyNames(await readWorld(jobs.client));
    assert.deepEqual(names, ['blog/default-deny', 'blog/nothing', 'blog/web', 'shop/db', 'shop/web']);
    assert.equal((await getPolicy(jobs.client, 'blog', 'web'))?.metadata.labels?.edition, 'second');
  });

  it('stops where somebody has changed a policy since, and with --on-conflict keep leaves it', async () => {
    assert.equal((await convert()).exitCode, 0);
    await patch(
      jobs.client,
      POLICIES,
      { metadata: { namespace: 'vault', name: 'default-deny' } },
      {
        metadata: { labels: { mine: 'yes' } },
      },
    );
    const other = policyOf('blog', 'nothing', { podSelector: { matchLabels: { app: 'x' } } });
    await create(jobs.client, POLICIES, other, 'blog');
    const before = await contents();
    const refused = await convert('--revert');
    assert.equal(refused.exitCode, 3, refused.stdout);
    assert.match(
      refused.stdout,
      /error: NetworkPolicy blog\/nothing: exists with another content than before/,
    );
    assert.match(
      refused.stdout,
      /error: NetworkPolicy vault\/default-deny: created by the conversion, and changed by/,
    );
    assert.deepEqual(await contents(), before);

    const kept = await convert('--revert', '--on-conflict', 'keep');
    assert.equal(kept.exitCode, 0, kept.stdout);
    assert.match(
      kept.sentence,
      /2 NetworkPolicies brought back, 1 default-deny deleted, 2 changed since and kept$/,
    );
    assert.equal((await getPolicy(jobs.client, 'vault', 'default-deny'))?.metadata.labels?.mine, 'yes');
    assert.equal(await getPolicy(jobs.client, 'shop', 'default-deny'), undefined);
  });

  it('refuses where a policy that comes back would act by now, and prints the pairs', async () => {
    assert.equal((await convert()).exitCode, 0);
    await annotate(jobs.client, 'blog', DENY);
    const before = await contents();
    const { exitCode, sentence, stdout } = await convert('--revert');
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /^nothing was written: bringing the policies back would change what is allowed now/,
    );
    assert.match(stdout, /error: .* → blog\/cache.*: forbidden before, allowed after/);
    assert.deepEqual(await contents(), before);
  });

  it('finds the backups of a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-policies-'));
    try {
      const before = await contents();
      const reports = join(directory, 'reports');
      assert.equal((await convert('--backup', directory, '--output-dir', reports)).exitCode, 0);
      assert.deepEqual(await backupNames(jobs.client), []);
      assert.deepEqual((await readdir(reports)).sort(), [
        'backups.txt',
        'report-policy-converter.yaml',
        'to-revert.txt',
      ]);
      const { exitCode, stdout } = await convert('--revert', '--backup', directory);
      assert.equal(exitCode, 0, stdout);
      assert.deepEqual(await contents(), before);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('writes nothing in a dry run', async () => {
    assert.equal((await convert()).exitCode, 0);
    const before = await readWorld(jobs.client);
    const { exitCode, sentence, stdout } = await convert('--revert', '--dry-run');
    assert.equal(exitCode, 0, stdout);
    assert.equal(
      sentence,
      'dry run: 3 NetworkPolicies to bring back, 2 default-deny to delete, 0 there already',
    );
    assert.deepEqual(await readWorld(jobs.client), before);
  });
});
