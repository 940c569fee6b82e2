import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyObject } from '../../../../jobs/lib/kubernetes/apply.ts';
import { NAMESPACES } from '../../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../../jobs/lib/kubernetes/clean.ts';
import { connect, type KubeClient } from '../../../../jobs/lib/kubernetes/client.ts';
import { discoverKinds, type Kinds } from '../../../../jobs/lib/kubernetes/kinds.ts';
import { isRecord, type KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { objectPath } from '../../../../jobs/lib/kubernetes/resource.ts';
import { create, get } from '../../../../jobs/lib/kubernetes/write.ts';
import { type Cluster, startCluster } from '../../../cluster/cluster.ts';
import { APPLY_CASES, type ApplyCase, type Manifest } from './apply-cases.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const WIDGETS: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1beta1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.test.example.com' },
  spec: {
    group: 'test.example.com',
    version: 'v1',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
  },
};

type Tool = (object: KubeObject) => Promise<unknown>;

describe('applying beside kubectl apply', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let kinds: Kinds;
  const { signal } = new AbortController();

  before(async () => {
    cluster = await startCluster();
    client = connect({ kubeconfig: cluster.kubeconfig });
    kinds = discoverKinds(client);
    await ours(WIDGETS);
  });

  after(async () => {
    await client.close();
    await cluster.stop();
  });

  const ours = (object: KubeObject) => applyObject({ client, kinds }, { object }, signal);

  const kubectl = async (object: KubeObject): Promise<string> => {
    const { exitCode, stdout, stderr } = await cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify(object),
    });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };

  const read = async ({ apiVersion = '', kind = '', metadata }: KubeObject): Promise<KubeObject> => {
    const resource = (await kinds.resourceOf(apiVersion, kind)) ?? assert.fail(kind);
    const { name, namespace } = metadata;
    return (await get(client, resource, name, resource.namespaced ? namespace : undefined)) ?? assert.fail();
  };

  const edit = async (object: KubeObject, patch: object): Promise<void> => {
    const { apiVersion = '', kind = '', metadata } = object;
    const resource = (await kinds.resourceOf(apiVersion, kind)) ?? assert.fail(kind);
    const path = objectPath(resource, metadata.name, resource.namespaced ? metadata.namespace : undefined);
    const contentType = 'application/strategic-merge-patch+json';
    await client.request({ method: 'PATCH', path, body: patch, contentType });
  };

  let objects = 0;
  /** The object in the end, and what each tool says to the second manifest then. */
  const play = async ({ first, edit: patch, second }: ApplyCase, tools: readonly [Tool, Tool]) => {
    objects += 1;
    const number = objects;
    const namespace = `case-${number}`;
    await create(client, NAMESPACES, { metadata: { name: namespace } });
    const placed = (manifest: Manifest): KubeObject => ({
      ...manifest,
      metadata: { ...Object(manifest.metadata), name: `object-${number}`, namespace },
    });
    await tools[0](placed(first));
    if (patch) await edit(placed(first), patch);
    await tools[1](placed(second));
    const end = await read(placed(second));
    const said = { kubectl: withoutNames(await kubectl(placed(second))), ours: await ours(placed(second)) };
    assert.equal(said.ours, 'unchanged');
    return { end: comparable(end), said };
  };

  for (const one of APPLY_CASES) {
    it(`does as kubectl, before and after it: ${one.name}`, async () => {
      const [expected, ...others] = await Promise.all([
        play(one, [kubectl, kubectl]),
        play(one, [ours, ours]),
        play(one, [kubectl, ours]),
        play(one, [ours, kubectl]),
      ]);
      const orders = ['ours twice', 'kubectl first', 'ours first'];
      for (const [index, found] of others.entries()) assert.deepEqual(found, expected, orders[index]);
    });
  }
});

/** An object without its name, and without what controllers write. */
function comparable(object: KubeObject): unknown {
  const { status: _, metadata, ...fields } = withoutServerFields(object);
  const { name: __, namespace: ___, annotations = {}, ...meta } = metadata;
  const kept = Object.entries(annotations).filter(
    ([key]) => !/^(deployment\.kubernetes\.io\/revision|deprecated\.daemonset\.template)/.test(key),
  );
  const named = kept.map(([key, value]) => [key, key === LAST_APPLIED ? withoutNames(value) : value]);
  const secrets = Array.isArray(fields.secrets) ? { secrets: fields.secrets.filter(isNoToken) } : {};
  const spec = isRecord(fields.spec) ? { spec: { ...fields.spec, clusterIP: '', clusterIPs: [] } } : {};
  return { ...fields, ...secrets, ...spec, metadata: { ...meta, annotations: Object.fromEntries(named) } };
}

const withoutNames = (text: string): string => text.replace(/(object|case)-\d+/g, '$1');

/** The token controller makes one of its own for each service account. */
const isNoToken = (secret: unknown): boolean =>
  isRecord(secret) && !String(secret.name).startsWith('object-');
