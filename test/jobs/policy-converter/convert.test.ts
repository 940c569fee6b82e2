import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { CONFIG_MAPS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { backupNames } from '../content.ts';
import { patch } from '../edit.ts';
import { allowedConnections, converted, planOf } from './brute-verdicts.ts';
import {
  annotate,
  contentOf,
  DENY,
  getPolicy,
  MIXED,
  POLICIES,
  policyNames,
  policyOf,
  readWorld,
} from './seed-world.ts';
import { useConverter } from './use-converter.ts';

const { jobs, convert } = useConverter();

const CONVERTED = ['shop/db', 'shop/default-deny', 'shop/web', 'vault/default-deny'];

async function report(): Promise<Record<string, unknown>> {
  const configMap = await get(jobs.client, CONFIG_MAPS, 'calico-upgrade-report-policy-converter', 'default');
  const parsed = load(String(isRecord(configMap?.data) ? configMap.data['report.yaml'] : ''));
  return isRecord(parsed) ? parsed : assert.fail();
}

describe('policy-converter', () => {
  it('creates a default-deny where a namespace is isolated, and deletes what has no effect elsewhere', async () => {
    const { exitCode, stdout, sentence } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.equal(
      sentence,
      'converted and verified: 2 default-deny created, 3 NetworkPolicies deleted; under v1 semantics 56 pairs of pods on 7 ports keep their verdicts',
    );
    assert.deepEqual(policyNames(await readWorld(jobs.client)), CONVERTED);
    const made = (await getPolicy(jobs.client, 'vault', 'default-deny')) ?? assert.fail();
    assert.deepEqual(contentOf(made), {
      metadata: {
        name: 'default-deny',
        namespace: 'vault',
        labels: {
          'app.kubernetes.io/managed-by': 'calico-upgrade',
          'calico-upgrade/job': 'policy-converter',
        },
        generation: 1,
      },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });
  });

  it('keeps every verdict, by brute force on what the API server then has', async () => {
    const original = await readWorld(jobs.client);
    assert.equal((await convert()).exitCode, 0);
    const now = await readWorld(jobs.client);
    assert.deepEqual(allowedConnections(now, 'v1', original), allowedConnections(original, 'annotation'));
    assert.equal(policyNames(now).join(), policyNames(converted(original, planOf(original))).join());
  });

  it('shows in a dry run a line for each namespace, and writes nothing', async () => {
    const before = await readWorld(jobs.client);
    const { exitCode, stdout, sentence } = await convert('--dry-run');
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await readWorld(jobs.client), before);
    assert.deepEqual(await backupNames(jobs.client), []);
    assert.match(sentence, /^dry run: 2 default-deny to create, 3 NetworkPolicies to delete; 56 pairs/);
    const rows = [
      /namespace +annotation +policies +action +why/,
      /blog +– +3 +delete all +open: its policies have no effect now, and would begin to act/,
      /docs +\{\} +0 +nothing +open, and has no policies/,
      /kube-system +– +0 +nothing/,
      /shop +DefaultDeny +2 +create default-deny +closed by its annotation, which will have no effect/,
      /vault +DefaultDeny +0 +create default-deny/,
    ];
    for (const row of rows) assert.match(stdout, row);
  });

  it('finds nothing to do in a second run, and writes no policy', async () => {
    assert.equal((await convert()).exitCode, 0);
    const { policies } = await readWorld(jobs.client);
    const { exitCode, sentence, stdout } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      /^nothing to convert: under v1 semantics 56 pairs of pods on 7 ports keep their verdicts/,
    );
    assert.deepEqual((await readWorld(jobs.client)).policies, policies);
  });

  it('leaves a report with counts, and a backup that is listed', async () => {
    assert.equal((await convert()).exitCode, 0);
    const { outcome, counts, details } = await report();
    assert.equal(outcome, 'done');
    assert.deepEqual(counts, {
      namespaces: 8,
      isolated: 2,
      policies: 5,
      created: 2,
      deleted: 3,
      pairs: 56,
      ports: 7,
      differing: 0,
    });
    assert.ok(isRecord(details));
    assert.deepEqual(details.toDelete, ['blog/default-deny', 'blog/nothing', 'blog/web']);
    assert.equal((await backupNames(jobs.client)).length, 1);
  });

  it('takes another name where default-deny is somebody else’s, and none where a policy closes all already', async () => {
    await create(
      jobs.client,
      POLICIES,
      policyOf('shop', 'default-deny', { podSelector: {}, ingress: [{}] }),
      'shop',
    );
    await create(jobs.client, POLICIES, policyOf('vault', 'closed', { podSelector: {} }), 'vault');
    const { exitCode, stdout } = await convert();
    assert.equal(exitCode, 0, stdout);
    const names = policyNames(await readWorld(jobs.client));
    assert.deepEqual(names, [
      'shop/calico-upgrade-default-deny',
      'shop/db',
      'shop/default-deny',
      'shop/web',
      'vault/closed',
    ]);
    assert.match(
      stdout,
      /create calico-upgrade-default-deny +closed .*; default-deny has another content and stays/,
    );
  });

  it('does not overwrite its own policy where somebody has changed it since', async () => {
    assert.equal((await convert()).exitCode, 0);
    const changed = { spec: { ingress: [{ ports: [{ port: 443, protocol: 'TCP' }] }] } };
    await patch(jobs.client, POLICIES, { metadata: { namespace: 'vault', name: 'default-deny' } }, changed);
    const before = await getPolicy(jobs.client, 'vault', 'default-deny');
    const { exitCode, stdout } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual(await getPolicy(jobs.client, 'vault', 'default-deny'), before);
    assert.ok(await getPolicy(jobs.client, 'vault', 'calico-upgrade-default-deny'));
  });

  it('converts a system namespace as every other one, and says so', async () => {
    await annotate(jobs.client, 'kube-system', DENY);
    await create(jobs.client, POLICIES, policyOf('kube-public', 'old', { podSelector: {} }), 'kube-public');
    const { exitCode, stdout } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /warning: Namespace kube-public: belongs to the system, and is converted as every other one/,
    );
    const names = policyNames(await readWorld(jobs.client));
    assert.ok(names.includes('kube-system/default-deny'), names.join());
    assert.ok(!names.includes('kube-public/old'), names.join());
  });

  it('refuses by name where no name is free, and writes nothing', async () => {
    for (const name of ['default-deny', 'calico-upgrade-default-deny'])
      await create(
        jobs.client,
        POLICIES,
        policyOf('vault', name, { podSelector: {}, ingress: [{}] }),
        'vault',
      );
    const before = await readWorld(jobs.client);
    const { exitCode, stdout, sentence } = await convert();
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, /^nothing was written: 1 thing a person has to decide on first$/);
    assert.match(stdout, /error: Namespace vault: no name is free for the policy that keeps it closed/);
    assert.deepEqual(await readWorld(jobs.client), before);
  });

  it('refuses where a verdict would change, and prints the pairs', async () => {
    const spec = {
      podSelector: { matchLabels: { app: 'db' } },
      policyTypes: ['Egress'],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }],
    };
    await create(jobs.client, POLICIES, policyOf('shop', 'egress', spec), 'shop');
    const before = await readWorld(jobs.client);
    const { exitCode, stdout, sentence } = await convert();
    assert.equal(exitCode, 3, stdout);
    assert.match(
      sentence,
      /^nothing was written: 4 verdicts differ between before and after, of 56 pairs of pods on 7 ports$/,
    );
    assert.match(
      stdout,
      /error: docs\/web-1 and 1 more → shop\/db: TCP 5432: allowed before, forbidden after/,
    );
    assert.match(stdout, /NetworkPolicy shop\/egress: its ingress rules act up to Calico 2\.5/);
    assert.deepEqual(await readWorld(jobs.client), before);
  });

  it('deletes nothing without a backup', async () => {
    const before = await readWorld(jobs.client);
    const { exitCode, sentence } = await convert('--backup', 'none');
    assert.equal(exitCode, 2);
    assert.match(sentence, /--backup none would lose 3 NetworkPolicies that the conversion deletes/);
    assert.deepEqual(await readWorld(jobs.client), before);
  });

  it('reports what means something else to a later release, and who may create a policy again', async () => {
    const helm = { labels: { heritage: 'Tiller' } };
    await create(jobs.client, POLICIES, policyOf('blog', 'chart', { podSelector: {} }, helm), 'blog');
    const spec = {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ namespaceSelector: {} }] }],
    };
    await create(jobs.client, POLICIES, policyOf('shop', 'out', spec), 'shop');
    const { exitCode, stdout, sentence } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /warning: NetworkPolicy shop\/out: its type Egress, which Calico ignores up to 2\.5, acts from 2\.6 on/,
    );
    assert.match(
      stdout,
      /warning: NetworkPolicy shop\/out: its empty namespaceSelector lets in every source up to Calico 2\.3/,
    );
    assert.match(stdout, /warning: NetworkPolicy blog\/chart: is kept by Tiller, which may create it again/);
    assert.match(sentence, /; 2 further changes of meaning are in the log$/);
  });
});

it('has a world in which much is to be told apart', () => {
  assert.ok(allowedConnections(MIXED, 'annotation').size > 50);
  assert.notDeepEqual(allowedConnections(MIXED, 'annotation'), allowedConnections(MIXED, 'v1'));
});
