import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAEMON_SETS, DEPLOYMENTS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create } from '../../../jobs/lib/kubernetes/write.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { deleteAll } from '../clean-cluster.ts';
import { annotate, readWorld } from './seed-world.ts';
import { NEW_IMAGE, OLD_IMAGE, useConverter } from './use-converter.ts';

const { jobs, convert } = useConverter();

async function install(image: string, datastore?: 'etcd'): Promise<void> {
  const [daemonSets] = DAEMON_SETS;
  await deleteAll(jobs.client, daemonSets ?? assert.fail());
  const env = datastore === 'etcd' ? { DATASTORE_TYPE: undefined, ETCD_ENDPOINTS: 'http://127.0.0.1:1' } : {};
  await create(jobs.client, ...calicoDaemonSet({ image, env }));
}

async function installController(tag: string): Promise<void> {
  const [deployments] = DEPLOYMENTS;
  const labels = { 'k8s-app': 'calico-policy' };
  const image = `quay.io/calico/kube-policy-controller:${tag}`;
  const deployment: KubeObject = {
    metadata: { name: 'calico-policy-controller', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'calico-policy-controller', image }] } },
    },
  };
  await deleteAll(jobs.client, deployments ?? assert.fail());
  await create(jobs.client, deployments ?? assert.fail(), deployment, 'kube-system');
}

describe('preflight of policy-converter', () => {
  it('says that no conversion is needed where v1 semantics act, and which annotated namespaces are open', async () => {
    await install(NEW_IMAGE);
    const before = await readWorld(jobs.client);
    const { exitCode, sentence, stdout } = await convert();
    assert.equal(exitCode, 0, stdout);
    assert.equal(
      sentence,
      'no conversion needed: v1 semantics act already (Calico 2.3.0), nothing was changed; 2 annotated namespaces without a default-deny',
    );
    assert.match(
      stdout,
      /warning: Namespace vault: its annotation has no effect any more, and no policy closes/,
    );
    assert.deepEqual((await readWorld(jobs.client)).policies, before.policies);
  });

  it('refuses to revert there, by the name of the check', async () => {
    assert.equal((await convert()).exitCode, 0);
    await install(NEW_IMAGE);
    const { exitCode, sentence } = await convert('--revert');
    assert.equal(exitCode, 3);
    assert.match(
      sentence,
      /^Calico 2\.3\.0: v1 semantics act already\. .*, use --force calico-version \(check calico-version\)$/,
    );
  });

  it('goes by the policy controller on etcd, and refuses an annotation that it cannot have read', async () => {
    await install(OLD_IMAGE, 'etcd');
    await installController('v0.6.0');
    const good = await convert('--dry-run');
    assert.equal(good.exitCode, 0, good.stdout);
    assert.match(
      good.stdout,
      /preflight +etcd datastore\n.*preflight +kube-policy-controller v0\.6\.0, which reads/s,
    );
    await annotate(jobs.client, 'docs', '{"ingress":');
    const { exitCode, stdout } = await convert();
    assert.equal(exitCode, 3, stdout);
    assert.match(stdout, /docs +\{"ingress": +0 +REFUSE +it cannot be told whether it is isolated/);
    assert.match(
      stdout,
      /error: Namespace docs: annotation .*: it is not the JSON of an object: the policy controller/,
    );
    await installController('v0.7.0');
    const late = await convert();
    assert.match(
      late.sentence,
      /^no conversion needed: v1 semantics act already \(kube-policy-controller v0\.7\.0\)/,
    );
  });

  it('refuses where the datastore or the version is unknown, and can be forced', async () => {
    await install(
      'quay.io/calico/node@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    );
    const unknown = await convert();
    assert.equal(unknown.exitCode, 3, unknown.stdout);
    assert.match(
      unknown.sentence,
      /cannot be told which semantics act: no version can be told of DaemonSet calico-node/,
    );
    const forced = await convert('--dry-run', '--force', 'calico-version');
    assert.equal(forced.exitCode, 0, forced.stdout);
    const [daemonSets] = DAEMON_SETS;
    await deleteAll(jobs.client, daemonSets ?? assert.fail());
    const none = await convert();
    assert.equal(none.exitCode, 3, none.stdout);
    assert.match(none.sentence, /cannot be told where Calico keeps its data: .* \(check datastore\)$/);
  });
});
