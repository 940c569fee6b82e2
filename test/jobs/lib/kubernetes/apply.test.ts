import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ApplyTarget, applyObject } from '../../../../jobs/lib/kubernetes/apply.ts';
import { CONFIG_MAPS, DAEMON_SETS } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../../../jobs/lib/kubernetes/client.ts';
import { crdInForm } from '../../../../jobs/lib/kubernetes/crd-form.ts';
import { discoverKinds } from '../../../../jobs/lib/kubernetes/kinds.ts';
import { LAST_APPLIED } from '../../../../jobs/lib/kubernetes/last-applied.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { objectPath, type Resource } from '../../../../jobs/lib/kubernetes/resource.ts';
import { get, update } from '../../../../jobs/lib/kubernetes/write.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';
import { type Cluster, startCluster } from '../../../cluster/cluster.ts';
import { accountWith, type Right } from '../../job-rights.ts';
import { configMap, containerOf, daemonSetOf, withContainer, withNote } from './apply-objects.ts';

const [DAEMON_SET = assert.fail()] = DAEMON_SETS;

describe('applyObject', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let target: ApplyTarget;
  const { signal } = new AbortController();

  before(async () => {
    cluster = await startCluster();
    client = connect({ kubeconfig: cluster.kubeconfig });
    target = { client, kinds: discoverKinds(client) };
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const apply = (object: KubeObject, base?: KubeObject) =>
    applyObject(target, { object, ...(base && { base }) }, signal);

  const read = async (resource: Resource, name: string, namespace = 'default') =>
    (await get(client, resource, name, namespace)) ?? assert.fail(`${resource.kind} ${name}`);

  it('creates, changes, and writes nothing where nothing differs', async () => {
    assert.equal(await apply(configMap('a', { x: '1' })), 'created');
    assert.equal(await apply(configMap('a', { x: '2' })), 'changed');
    const { resourceVersion } = (await read(CONFIG_MAPS, 'a')).metadata;
    assert.equal(await apply(configMap('a', { x: '2' })), 'unchanged');
    assert.equal((await read(CONFIG_MAPS, 'a')).metadata.resourceVersion, resourceVersion);
  });

  it('calls it unchanged where the server sees no difference', async () => {
    const daemonSet = daemonSetOf('equal', { resources: { requests: { cpu: 0.25 } } });
    assert.equal(await apply(daemonSet), 'created');
    assert.equal(await apply(daemonSet), 'unchanged');
  });

  it('loses no change of another writer at the same time', async () => {
    const base = configMap('b', {});
    await apply(base);
    const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map(key => apply(configMap('b', { [key]: 'x' }), base)));
    assert.deepEqual(Object.keys(Object((await read(CONFIG_MAPS, 'b')).data)).sort(), keys);
  });

  it('carries a change to what kubectl noted, too, so that a later apply takes it back', async () => {
    const given = daemonSetOf('noted', { env: [{ name: 'A', value: '1' }] });
    const kubectl = async (object: KubeObject) => {
      const { exitCode, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
        input: JSON.stringify(object),
      });
      assert.equal(exitCode, 0, stderr);
    };
    await kubectl(given);
    const base = await read(DAEMON_SET, 'noted');
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const object = withContainer(base, { image: 'x:2', env });
    assert.equal(await apply(object, base), 'changed');
    const note = JSON.parse((await read(DAEMON_SET, 'noted')).metadata.annotations?.[LAST_APPLIED] ?? '');
    assert.deepEqual(containerOf(note), { name: 'x', image: 'x:2', env });
    assert.equal(note.spec.template.spec.dnsPolicy, undefined);
    await kubectl(given);
    assert.deepEqual(containerOf(await read(DAEMON_SET, 'noted')).env, [{ name: 'A', value: '1' }]);
  });

  it('lets the caller have the last word on what is written', async () => {
    const object = daemonSetOf('changed', {});
    const onDelete = (merged: KubeObject): KubeObject => ({
      ...merged,
      spec: { ...Object(merged.spec), updateStrategy: { type: 'OnDelete' } },
    });
    assert.equal(await applyObject(target, { object }, signal, onDelete), 'created');
    const live = await read(DAEMON_SET, 'changed');
    assert.equal(Object(live.spec).updateStrategy.type, 'OnDelete');
    assert.ok(!live.metadata.annotations?.[LAST_APPLIED]?.includes('OnDelete'));
    assert.equal(await applyObject(target, { object }, signal, onDelete), 'unchanged');
  });

  it('creates the DaemonSet of an old manifest, and applies the manifest again', async () => {
    const { selector: _, ...spec } = Object(daemonSetOf('old', {}).spec);
    const old = { ...daemonSetOf('old', {}), apiVersion: 'extensions/v1beta1', spec };
    assert.equal(await apply(old), 'created');
    const live = await read(DAEMON_SET, 'old');
    assert.equal(Object(live.spec).updateStrategy.type, 'OnDelete');
    assert.equal(await apply(old), 'unchanged');
    assert.equal(await apply(withContainer(old, { image: 'x:2' })), 'changed');
  });

  it('defines kinds, in either form, and can make their objects at once', async () => {
    for (const [index, version] of ['v1', 'v1beta1'].entries()) {
      const names = { kind: `Thing${index}`, plural: `thing${index}s` };
      const group = 'things.example.com';
      const plain: KubeObject = {
        apiVersion: 'apiextensions.k8s.io/v1beta1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${names.plural}.${group}` },
        spec: { group, version: 'v1', scope: 'Cluster', names },
      };
      const apiVersion = `apiextensions.k8s.io/${version}`;
      const definition = version === 'v1' ? crdInForm(plain, apiVersion) : plain;
      assert.equal(await apply(definition), 'created');
      const thing = {
        apiVersion: `${group}/v1`,
        kind: names.kind,
        metadata: { name: 'one', namespace: 'x' },
      };
      assert.equal(await apply({ ...thing, spec: { a: 1 } }), 'created');
      assert.equal(await apply(definition), 'unchanged');
      assert.equal(await apply({ ...thing, spec: { a: 1 } }), 'unchanged');
    }
  });

  it('refuses a note of kubectl that cannot be read', async () => {
    await apply(configMap('c', {}));
    await update(client, CONFIG_MAPS, 'c', withNote('{'), 'default');
    await assert.rejects(
      apply(configMap('c', {})),
      /last-applied-configuration of ConfigMap default\/c is not the JSON/,
    );
  });

  it('leaves out a note that is longer than an annotation may be', async () => {
    assert.equal(await apply(configMap('long', { x: 'x'.repeat(300_000) })), 'created');
    assert.equal((await read(CONFIG_MAPS, 'long')).metadata.annotations?.[LAST_APPLIED], undefined);
  });

  it('names what the server does not take, and where it is from', async () => {
    const object = configMap('d', { x: 5 });
    await assert.rejects(applyObject(target, { object, source: 'ConfigMap m, key k' }, signal), error => {
      assert.ok(error instanceof Failure);
      assert.equal(error.outcome, 'refused');
      assert.match(
        error.message,
        /^the API server does not take ConfigMap default\/d \(ConfigMap m, key k\): /,
      );
      return true;
    });
  });

  it('leaves alone what is being deleted, and what was deleted after it was looked at', async () => {
    const held = configMap('held', {});
    await apply({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } });
    const path = objectPath(CONFIG_MAPS, 'held', 'default');
    await client.request({ method: 'DELETE', path });
    await assert.rejects(apply(held), /ConfigMap default\/held is being deleted/);
    await assert.rejects(
      apply(configMap('gone', { x: '1' }), configMap('gone', {})),
      /was there, and is gone/,
    );
  });

  it('names the right that is missing', async () => {
    await apply(configMap('e', {}));
    const own: Right = {
      namespace: 'default',
      group: '',
      resource: 'configmaps',
      name: undefined,
      verb: 'get',
    };
    const kubeconfig = await accountWith(cluster, client, [own]);
    const limited = connect({ kubeconfig });
    const poor = { client: limited, kinds: discoverKinds(limited) };
    try {
      await assert.rejects(
        applyObject(poor, { object: configMap('e', { x: '1' }) }, signal),
        /^Failure: ConfigMap default\/e cannot be applied, since we may not: update configmaps "e" in namespace default\./,
      );
      await assert.rejects(
        applyObject(poor, { object: configMap('f', {}) }, signal),
        /we may not: create configmaps in namespace default\./,
      );
      const account = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 's', namespace: 'default' },
      };
      await assert.rejects(
        applyObject(poor, { object: account }, signal),
        /we may not: get serviceaccounts "s" in namespace default\./,
      );
    } finally {
      await limited.close();
    }
  });

  it('says it where an object would give away rights that we do not have', async () => {
    const verbs = ['get', 'create', 'update'];
    const rights = verbs.map(verb => ({
      namespace: undefined,
      group: 'rbac.authorization.k8s.io',
      resource: 'clusterroles',
      name: undefined,
      verb,
    }));
    const limited = connect({ kubeconfig: await accountWith(cluster, client, rights) });
    const object: KubeObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1beta1',
      kind: 'ClusterRole',
      metadata: { name: 'more' },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    };
    try {
      const poor = { client: limited, kinds: discoverKinds(limited) };
      await assert.rejects(
        applyObject(poor, { object }, signal),
        /ClusterRole more gives rights that we do not have/,
      );
    } finally {
      await limited.close();
    }
  });

  it('stops when it is told to', async () => {
    const object = configMap('g', {});
    await assert.rejects(applyObject(target, { object }, AbortSignal.abort(new Error('enough'))), /enough/);
    assert.equal(await get(client, CONFIG_MAPS, 'g', 'default'), undefined);
  });
});
