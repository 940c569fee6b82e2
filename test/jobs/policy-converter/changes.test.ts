import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create, mergePatch } from '../../../jobs/lib/kubernetes/write.ts';
import type { Fault } from '../../faults/fault.ts';
import { deleteObject } from '../clean-cluster.ts';
import { patch } from '../edit.ts';
import { useFaultLane } from './fault-lane.ts';
import { annotate, DENY, getPolicy, POLICIES, policyNames, policyOf, readWorld } from './seed-world.ts';

const suite = useFaultLane();

/** Calls a function once, before the first request of this kind. */
const before = (methods: readonly string[], path: RegExp, call: () => Promise<unknown>): Fault => ({
  match: { methods, path },
  action: { do: 'call', when: 'before', call },
});

const DELETION = [['DELETE'], /\/networkpolicies\//] as const;
const CONVERTED = ['shop/db', 'shop/default-deny', 'shop/web', 'vault/default-deny'];

describe('what somebody changes during a conversion is followed', { timeout: 600_000 }, () => {
  it('a namespace that is isolated in the meantime gets a default-deny, too', async () => {
    const { admin, run } = suite.lane;
    const { exitCode, stdout } = await run([before(...DELETION, () => annotate(admin, 'docs', DENY))]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(policyNames(await readWorld(admin)), ['docs/default-deny', ...CONVERTED]);
  });

  it('a policy that is changed just before its deletion is saved as it then is, and deleted', async () => {
    const { admin, run } = suite.lane;
    const change = () =>
      patch(
        admin,
        POLICIES,
        { metadata: { namespace: 'blog', name: 'web' } },
        {
          metadata: { labels: { edition: 'last' } },
        },
      );
    const { exitCode, stdout } = await run([before(['GET'], /\/blog\/networkpolicies\/web$/, change)]);
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /warning: NetworkPolicy blog\/web was changed in the meantime, and is looked at again/,
    );
    assert.deepEqual(policyNames(await readWorld(admin)), CONVERTED);
    assert.equal((await run([], ['--revert'])).exitCode, 0);
    assert.equal((await getPolicy(admin, 'blog', 'web'))?.metadata.labels?.edition, 'last');
  });

  it('a policy that is changed between our look and the deletion is not deleted unseen', async () => {
    const { admin, run } = suite.lane;
    const change = () =>
      patch(admin, POLICIES, { metadata: { namespace: 'blog', name: 'web' } }, { spec: { ingress: [{}] } });
    const { exitCode, stdout } = await run([before(['DELETE'], /\/blog\/networkpolicies\/web$/, change)]);
    assert.equal(exitCode, 0, stdout);
    assert.equal((await run([], ['--revert'])).exitCode, 0);
    assert.deepEqual((await getPolicy(admin, 'blog', 'web'))?.spec, {
      podSelector: { matchLabels: { app: 'web' } },
      ingress: [{}],
      policyTypes: ['Ingress'],
    });
  });

  it('a default-deny that is deleted, and a policy that is created, in the meantime', async () => {
    const { admin, run } = suite.lane;
    const meddle = async () => {
      await deleteObject(admin, POLICIES, 'default-deny', 'vault');
      await create(admin, POLICIES, policyOf('docs', 'late', { podSelector: {} }), 'docs');
    };
    const { exitCode, stdout } = await run([before(...DELETION, meddle)]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(policyNames(await readWorld(admin)), CONVERTED);
  });

  it('a namespace that needs a person stops the run, which says what stays', async () => {
    const { admin, run } = suite.lane;
    const meddle = async () => {
      await annotate(admin, 'docs', DENY);
      for (const name of ['default-deny', 'calico-upgrade-default-deny'])
        await create(admin, POLICIES, policyOf('docs', name, { podSelector: {}, ingress: [{}] }), 'docs');
    };
    const { exitCode, sentence, stdout } = await run([before(...DELETION, meddle)]);
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /appeared during the run\. What is written already stays; start again when the reason is removed$/,
    );
    await annotate(admin, 'docs', null);
    const next = await run();
    assert.equal(next.exitCode, 0, next.stdout);
    assert.deepEqual(policyNames(await readWorld(admin)), CONVERTED);
  });

  it('a difference that appears is found by the verification (exit code 4), with the pairs', async () => {
    const { admin, run } = suite.lane;
    // The policies of a namespace are gone when it is isolated: what they would have opened now stays closed.
    const call = () => annotate(admin, 'blog', DENY);
    const after: Fault = {
      match: { methods: ['DELETE'], path: /\/networkpolicies\// },
      at: 3,
      action: { do: 'call', when: 'after', call },
    };
    const { exitCode, sentence, stdout } = await run([after]);
    assert.equal(exitCode, 4, stdout);
    assert.match(sentence, /^verification found that \d+ verdicts differ between before and after/);
    assert.match(stdout, /error: .* → blog\/.*: allowed before, forbidden after/);
  });

  it('a finalizer that holds a policy is waited for', async () => {
    const { admin, run } = suite.lane;
    const held = policyOf('blog', 'held', { podSelector: {} }, { finalizers: ['example.com/hold'] });
    await create(admin, POLICIES, held, 'blog');
    const release = () =>
      mergePatch(admin, POLICIES, 'held', () => ({ metadata: { finalizers: null } }), 'blog');
    const call = async () => {
      setTimeout(() => void release(), 1_000);
    };
    const fault: Fault = {
      match: { methods: ['DELETE'], path: /\/blog\/networkpolicies\/held$/ },
      action: { do: 'call', when: 'after', call },
    };
    const { exitCode, stdout } = await run([fault]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(policyNames(await readWorld(admin)), CONVERTED);
  });
});
