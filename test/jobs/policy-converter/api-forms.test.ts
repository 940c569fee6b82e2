import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountWith } from '../job-rights.ts';
import { startOldApi } from './old-api.ts';
import { contentOf, policyNames, readWorld } from './seed-world.ts';
import { useConverter } from './use-converter.ts';

const { jobs } = useConverter();

const EVERYTHING = [{ namespace: undefined, group: '*', resource: '*', name: undefined, verb: '*' }];
const CONVERTED = ['shop/db', 'shop/default-deny', 'shop/web', 'vault/default-deny'];

/** How often each policy was created or deleted, whichever the API. */
const writesOf = (requests: readonly string[]): readonly string[] =>
  requests.filter(line => !line.startsWith('GET ')).sort();

describe('an API server of Kubernetes 1.6, which serves extensions/v1beta1 alone', () => {
  it('is converted and reverted through it', async () => {
    const { cluster, client, run } = jobs;
    await using old = await startOldApi(cluster, { only: true });
    const kubeconfig = await accountWith(cluster, client, EVERYTHING, { server: old.url });
    const before = (await readWorld(client)).policies.map(contentOf);
    const { exitCode, stdout } = await run(['policy-converter'], { kubeconfig });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /preflight +NetworkPolicies are served \(extensions\/v1beta1\)/);
    assert.deepEqual(policyNames(await readWorld(client)), CONVERTED);
    const reverted = await run(['policy-converter', '--revert'], { kubeconfig });
    assert.equal(reverted.exitCode, 0, reverted.stdout);
    assert.deepEqual((await readWorld(client)).policies.map(contentOf), before);
  });

  it('and was converted there: after an upgrade of Kubernetes it is reverted through networking.k8s.io/v1', async () => {
    const { cluster, client, run } = jobs;
    const before = (await readWorld(client)).policies.map(contentOf);
    await using old = await startOldApi(cluster, { only: true });
    const kubeconfig = await accountWith(cluster, client, EVERYTHING, { server: old.url });
    assert.equal((await run(['policy-converter'], { kubeconfig })).exitCode, 0);
    const { exitCode, stdout } = await run(['policy-converter', '--revert']);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual((await readWorld(client)).policies.map(contentOf), before);
  });
});

describe('an API server of Kubernetes 1.7, which serves each policy in two forms', () => {
  it('is converted through one of them, each policy once', async () => {
    const { cluster, client, run } = jobs;
    await using old = await startOldApi(cluster, { only: false });
    const kubeconfig = await accountWith(cluster, client, EVERYTHING, { server: old.url });
    const { exitCode, stdout, sentence } = await run(['policy-converter'], { kubeconfig });
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /2 default-deny created, 3 NetworkPolicies deleted/);
    assert.deepEqual(writesOf(old.requests), [
      'DELETE /apis/networking.k8s.io/v1/namespaces/blog/networkpolicies/default-deny',
      'DELETE /apis/networking.k8s.io/v1/namespaces/blog/networkpolicies/nothing',
      'DELETE /apis/networking.k8s.io/v1/namespaces/blog/networkpolicies/web',
      'POST /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies',
      'POST /apis/networking.k8s.io/v1/namespaces/vault/networkpolicies',
    ]);
  });
});
