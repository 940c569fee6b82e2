import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ISOLATION_ANNOTATION } from '../../../jobs/lib/calico/networkpolicy/isolation.ts';
import { NAMESPACES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { useJobCluster } from '../job-cluster.ts';

const jobs = useJobCluster();

describe('preflight', () => {
  it('says what runs, and every step with its reason', async () => {
    await create(jobs.client, ...calicoDaemonSet({ image: 'quay.io/calico/node:v1.2.1' }));
    const annotations = { [ISOLATION_ANNOTATION]: '{"ingress":{"isolation":"DefaultDeny"}}' };
    await create(jobs.client, NAMESPACES, { metadata: { name: 'shop', annotations } });
    const { exitCode, stdout, sentence } = await jobs.run(['preflight', '--target', 'v2.6.12']);
    assert.equal(exitCode, 0, stdout);
    assert.equal(sentence, 'Calico 2.2.1 to 2.6.12: 7 of 9 steps are needed; nothing was changed');
    assert.match(stdout, /preflight +Calico 2\.2\.1, Kubernetes datastore, 0 pods of calico-node\n/);
    assert.match(stdout, /0 NetworkPolicies, 1 namespace with the annotation that isolates\n/);
    assert.match(
      stdout,
      /plan +policy-conversion +yes +policy-converter +Calico 2\.2\.1 reads the annotation/,
    );
    assert.match(stdout, /plan +data-migration +yes +tpr-to-crd +Calico 2\.6\.12 reads CustomResourceDefin/);
    assert.match(stdout, /plan +complete +no +nothing is paused\n/);
  });

  it('refuses with the supported path', async () => {
    await create(jobs.client, ...calicoDaemonSet({ image: 'quay.io/calico/node:v2.4.1' }));
    const { exitCode, sentence } = await jobs.run(['preflight', '--target', '3.0.1']);
    assert.equal(exitCode, 3);
    assert.match(sentence, /^no way to Calico 3\.0\.1: .* Supported: 2\.6\.12, then 3\.0\.1$/);
  });

  it('refuses a release that is said against what images tell', async () => {
    await create(jobs.client, ...calicoDaemonSet({ image: 'quay.io/calico/node:v2.4.1' }));
    const wrong = await jobs.run(['preflight', '--target', 'v2.6.12', '--from', 'v2.5.1']);
    assert.equal(wrong.exitCode, 3);
    assert.match(wrong.sentence, /^--from says that Calico 2\.5\.1 runs, but .* it is 2\.4\.1: leave it out/);
    const right = await jobs.run(['preflight', '--target', 'v2.6.12', '--from', 'v2.4.1']);
    assert.equal(right.exitCode, 0, right.stdout);
  });

  it('names a target that is missing or is no release', async () => {
    const missing = await jobs.run(['preflight']);
    assert.equal(missing.exitCode, 2);
    assert.match(missing.sentence, /^preflight needs the release to go to: --target/);
    const wrong = await jobs.run(['preflight', '--target', 'newest']);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /Expected a release of Calico, such as v2\.6\.12/);
  });
});
