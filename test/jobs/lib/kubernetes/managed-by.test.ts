import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { managerOf } from '../../../../jobs/lib/kubernetes/managed-by.ts';

const managed = (metadata: Readonly<Record<string, unknown>>) =>
  managerOf({ metadata: { name: 'one', ...metadata } });

describe('who keeps an object', () => {
  const cases: readonly (readonly [metadata: Readonly<Record<string, unknown>>, string | undefined])[] = [
    [{}, undefined],
    [
      { labels: { app: 'web' }, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
      undefined,
    ],
    [{ labels: { heritage: 'Tiller' } }, 'Tiller'],
    [{ labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, 'Helm'],
    [{ annotations: { 'meta.helm.sh/release-name': 'shop' } }, 'Helm'],
    [{ labels: { 'argocd.argoproj.io/instance': 'shop' } }, 'Argo CD'],
    [{ annotations: { 'flux.weave.works/automated': 'true' } }, 'Flux'],
    [{ ownerReferences: [{ kind: 'Shop', name: 'main' }], labels: { heritage: 'Tiller' } }, 'Shop main'],
  ];
  for (const [metadata, expected] of cases) {
    it(`${JSON.stringify(metadata)}: ${expected}`, () => assert.equal(managed(metadata), expected));
  }
});
