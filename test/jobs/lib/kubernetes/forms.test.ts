import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kindsOfCrd } from '../../../../jobs/lib/kubernetes/crd-form.ts';
import { servedForm } from '../../../../jobs/lib/kubernetes/forms.ts';
import type { Kinds } from '../../../../jobs/lib/kubernetes/kinds.ts';
import { groupAndVersion } from '../../../../jobs/lib/kubernetes/kinds.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { Failure } from '../../../../jobs/lib/run/failure.ts';

/** An API server that serves these versions, with every kind in them. */
const serving = (...apiVersions: string[]): Kinds => ({
  async resourceOf(apiVersion, kind) {
    if (!apiVersions.includes(apiVersion)) return undefined;
    const namespaced = !kind.startsWith('C');
    return { ...groupAndVersion(apiVersion), plural: `${kind.toLowerCase()}s`, kind, namespaced };
  },
});

const labels = { 'k8s-app': 'calico-node' };

const daemonSet: KubeObject = {
  apiVersion: 'extensions/v1beta1',
  kind: 'DaemonSet',
  metadata: { name: 'calico-node', namespace: 'kube-system' },
  spec: { templateGeneration: 4, template: { metadata: { labels }, spec: {} } },
};

const crd = (apiVersion: string, spec: object): KubeObject => ({
  apiVersion: `apiextensions.k8s.io/${apiVersion}`,
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ippools.crd.projectcalico.org' },
  spec: {
    group: 'crd.projectcalico.org',
    scope: 'Cluster',
    names: { kind: 'IPPool', plural: 'ippools' },
    ...spec,
  },
});

describe('an object on a server that does not have its version', () => {
  it('stays as it is where the server has it', async () => {
    const kinds = serving('apps/v1', 'extensions/v1beta1');
    const form = await servedForm(kinds, { object: daemonSet });
    assert.equal(form.wanted.object, daemonSet);
    assert.equal(form.asNew, daemonSet);
    assert.equal(form.resource.group, 'extensions');
  });

  it('gets the newest form, and when new what its own had by default', async () => {
    const { wanted, asNew, resource } = await servedForm(serving('apps/v1', 'apps/v1beta2'), {
      object: daemonSet,
    });
    const template = { metadata: { labels }, spec: {} };
    assert.equal(resource.version, 'v1');
    assert.deepEqual(wanted.object, { ...daemonSet, apiVersion: 'apps/v1', spec: { template } });
    assert.deepEqual(asNew.spec, {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'OnDelete' },
      template,
    });
  });

  it('gets an older form on an old server', async () => {
    const deployment = { ...daemonSet, kind: 'Deployment', apiVersion: 'apps/v1' };
    const { wanted } = await servedForm(serving('apps/v1beta1', 'extensions/v1beta1'), {
      object: deployment,
    });
    assert.equal(wanted.object.apiVersion, 'apps/v1beta1');
  });

  it('has its base in the same form', async () => {
    const { wanted } = await servedForm(serving('apps/v1'), { object: daemonSet, base: daemonSet });
    assert.deepEqual(wanted.base, wanted.object);
  });

  it('is refused by name and source where its kind is not known', async () => {
    const object: KubeObject = { apiVersion: 'example.com/v1', kind: 'Monitor', metadata: { name: 'm' } };
    const source = 'ConfigMap add-on, key 1.yaml, document 2';
    await assert.rejects(servedForm(serving('v1'), { object, source }), error => {
      assert.ok(error instanceof Failure);
      assert.equal(error.outcome, 'refused');
      assert.match(
        error.message,
        /^Monitor m \(ConfigMap add-on, key 1\.yaml, document 2\) is of example\.com\/v1, and this API server serves no Monitor there\. Apply what defines m first/,
      );
      return true;
    });
  });

  it('is not taken for another kind of the same name', async () => {
    const object: KubeObject = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'p' },
    };
    await assert.rejects(
      servedForm(serving('networking.k8s.io/v1'), { object }),
      /serves no NetworkPolicy there/,
    );
  });
});

describe('a CustomResourceDefinition', () => {
  const toV1 = async (spec: object) =>
    (await servedForm(serving('apiextensions.k8s.io/v1'), { object: crd('v1beta1', spec) })).wanted.object;

  it('gets a version with a schema that keeps every field', async () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    assert.deepEqual(
      await toV1({ version: 'v1' }),
      crd('v1', { versions: [{ name: 'v1', served: true, storage: true, schema }] }),
    );
  });

  it('has what was for all versions with each of them', async () => {
    const versions = [
      { name: 'v2', served: true, storage: true },
      { name: 'v1', served: false, storage: false },
    ];
    const { spec } = await toV1({
      version: 'v2',
      versions,
      preserveUnknownFields: false,
      subresources: { status: {} },
      additionalPrinterColumns: [{ name: 'Age', type: 'date', JSONPath: '.metadata.creationTimestamp' }],
      validation: { openAPIV3Schema: { properties: { spec: { type: 'object' } } } },
    });
    const shared = {
      subresources: { status: {} },
      additionalPrinterColumns: [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { spec: { type: 'object' } },
        },
      },
    };
    assert.deepEqual(
      Object(spec).versions,
      versions.map(version => ({ ...version, ...shared })),
    );
    assert.ok(!('validation' in Object(spec)));
  });

  it('is plain on an old server', async () => {
    const versions = [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
    ];
    const object = crd('v1', { versions });
    const { wanted } = await servedForm(serving('apiextensions.k8s.io/v1beta1'), { object });
    assert.deepEqual(wanted.object, crd('v1beta1', { version: 'v1' }));
  });

  it('tells the kinds that it serves', () => {
    const versions = [
      { name: 'v2', served: true },
      { name: 'v1', served: false },
    ];
    const pools = { group: 'crd.projectcalico.org', kind: 'IPPool', plural: 'ippools', singular: 'ippool' };
    const expected = { ...pools, namespaced: false };
    assert.deepEqual(kindsOfCrd(crd('v1', { versions })), [{ ...expected, version: 'v2' }]);
    assert.deepEqual(kindsOfCrd(crd('v1beta1', { version: 'v1' })), [{ ...expected, version: 'v1' }]);
  });
});
