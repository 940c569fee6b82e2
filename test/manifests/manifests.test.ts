import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { isKubeObject, isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { kustomize } from './kustomize.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('manifests', () => {
  const paths = globSync('manifests/*.yaml', { cwd: ROOT }).filter(
    path => !path.endsWith('kustomization.yaml'),
  );
  const documents = paths.flatMap(path => loadAll(read(path)));

  it('use only the API versions of Kubernetes 1.7', () => {
    const known = [
      ...['v1', 'batch/v1', 'apps/v1beta1', 'extensions/v1beta1'],
      ...['rbac.authorization.k8s.io/v1beta1', 'apiextensions.k8s.io/v1beta1'],
    ];
    for (const document of documents) {
      assert.ok(isRecord(document) && known.includes(String(document.apiVersion)), JSON.stringify(document));
    }
  });

  it('use no field that is younger than Kubernetes 1.7', () => {
    const younger = [
      ...['backoffLimit', 'ttlSecondsAfterFinished', 'allowPrivilegeEscalation', 'seccompProfile'],
      // of CustomResourceDefinitions
      ...['validation', 'subresources', 'additionalPrinterColumns', 'versions', 'preserveUnknownFields'],
    ];
    const used = documents.flatMap(document => fields(document)).map(([name]) => name);
    assert.deepEqual(
      used.filter(name => younger.includes(name)),
      [],
    );
  });

  it('use the images of images.txt, and those alone', () => {
    const images = documents
      .flatMap(document => fields(document))
      .filter(([name]) => name === 'image')
      .map(([, value]) => value);
    assert.deepEqual([...new Set(images)].sort(), read('manifests/images.txt').trimEnd().split('\n').sort());
  });

  it('have patches that parse', () => {
    for (const path of globSync('manifests/patches/*.yaml', { cwd: ROOT }))
      assert.ok(loadAll(read(path))[0], path);
  });
});

describe('kustomization', () => {
  const kustomized = async (replacements: Readonly<Record<string, string>>) =>
    loadAll(await kustomize(replacements)).filter(isKubeObject);

  for (const job of [
    ...[
      'preflight',
      'backup',
      'restore',
      'kdd-migration',
      'policy-conversion',
      'tpr-cleanup',
      'kdd-v3-cleanup',
    ],
    ...['migration', 'complete', 'abort', 'cleanup', 'restore'].map(name => `etcd-${name}`),
  ]) {
    it(`changes the registry of the ${job} job, too, and its pull secret`, async () => {
      const objects = await kustomized({
        '- upgrade-job.yaml': `- ${job}-job.yaml`,
        '# newName: ': 'newName: ',
        'Merge: []': `Merge: [patches/pull-secret-${job}.yaml]`,
      });
      assert.deepEqual(found(objects, 'Job', 'image'), ['registry.example.com/calico-upgrade/job:0.1.0']);
      assert.equal(found(objects, 'ServiceAccount', 'imagePullSecrets').length, 1);
    });
  }

  const found = (objects: readonly KubeObject[], kind: string, name: string): unknown[] =>
    fields(objects.filter(object => object.kind === kind))
      .filter(([field]) => field === name)
      .map(([, value]) => value);

  it('leaves the upgrade job as it is where nothing is edited', async () => {
    const objects = await kustomized({});
    const byKind = (list: readonly unknown[]) =>
      list.filter(isKubeObject).map(object => JSON.stringify(sorted(object)));
    assert.deepEqual(byKind(objects).sort(), byKind(loadAll(read('manifests/upgrade-job.yaml'))).sort());
  });

  it('changes registry and tag, and takes each patch', async () => {
    const objects = await kustomized({
      '# newName: ': 'newName: ',
      'newTag: 0.1.0': 'newTag: 0.1.1',
      'Merge: []': 'Merge: [patches/kubernetes-1.8.yaml, patches/pull-secret.yaml, patches/from-etcd.yaml]',
    });
    assert.deepEqual(found(objects, 'Job', 'image'), ['registry.example.com/calico-upgrade/job:0.1.1']);
    assert.deepEqual(found(objects, 'Job', 'backoffLimit'), [0]);
    assert.deepEqual(found(objects, 'ServiceAccount', 'imagePullSecrets'), [
      [{ name: 'registry-credentials' }],
    ]);
    assert.deepEqual(found(objects, 'Job', 'secretName'), ['calico-upgrade-etcd']);
    assert.ok(
      found(objects, 'Job', 'value').includes('/run/calico-upgrade'),
      'variables of the manifest stay',
    );
  });
});

/** The same value with the keys of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** All fields of a document at any depth, by name. */
function fields(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(fields);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[name, inner], ...fields(inner)]);
}
