import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { manifestRights, rightText } from '../jobs/job-rights.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (manifest: string): string => readFileSync(join(ROOT, 'manifests', manifest), 'utf8');

const texts = (manifest: string): readonly string[] => manifestRights(manifest).map(rightText);

const of = (verbs: string, resources: readonly string[]): readonly string[] =>
  resources.flatMap(resource => verbs.split(' ').map(verb => `${verb} ${resource}`));

/** What calico-node 2.4 and 2.5 have in common (tpr-to-crd reference, section 8). */
const BOTH = [
  ...of('get list watch', ['namespaces', 'pods', 'networkpolicies.extensions']),
  'update pods/status',
  ...of('get list update watch', ['nodes']),
];

const CRDS = ['globalfelixconfigs', 'bgppeers', 'globalbgpconfigs', 'ippools', 'globalnetworkpolicies'];
const NEW = of(
  'create get list update watch',
  CRDS.map(plural => `${plural}.crd.projectcalico.org`),
);

const OLD = [
  ...of('create get list watch', ['thirdpartyresources.extensions']),
  ...of('get list', ['globalbgppeers.projectcalico.org']),
  ...of(
    'create get list update watch',
    ['globalconfigs', 'globalbgpconfigs', 'ippools'].map(plural => `${plural}.projectcalico.org`),
  ),
  ...of('get list watch', ['systemnetworkpolicies.alpha.projectcalico.org']),
];

const FLANNEL = ['get pods', ...of('list watch', ['nodes']), 'patch nodes/status'];

const sorted = (all: readonly string[]): readonly string[] => [...new Set(all)].sort();

describe('the RBAC manifests', () => {
  it('give calico-node of the target what it uses, and nothing of ThirdPartyResources', () => {
    assert.deepEqual(sorted(texts('rbac-kdd.yaml')), sorted([...BOTH, ...NEW]));
    assert.deepEqual(sorted(texts('rbac-canal.yaml')), sorted([...BOTH, ...NEW, ...FLANNEL]));
  });

  it('give both versions what they use for the time in between', () => {
    assert.deepEqual(sorted(texts('rbac-while-upgrading.yaml')), sorted([...BOTH, ...NEW, ...OLD]));
  });

  it('bind the roles of the hosted installs, under their names', () => {
    const bound = (manifest: string) =>
      loadAll(read(manifest))
        .filter(isRecord)
        .filter(({ kind }) => kind === 'ClusterRoleBinding')
        .map(({ metadata, roleRef, subjects }) => [metadata, roleRef, subjects])
        .map(([metadata, role, subjects]) => JSON.stringify([nameOf(metadata), nameOf(role), subjects]));
    const account = (name: string) => [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }];
    assert.deepEqual(bound('rbac-kdd.yaml'), [
      JSON.stringify(['calico-node', 'calico-node', account('calico-node')]),
    ]);
    assert.deepEqual(bound('rbac-canal.yaml'), [
      JSON.stringify(['canal-calico', 'calico', account('canal')]),
      JSON.stringify(['canal-flannel', 'flannel', account('canal')]),
    ]);
  });
});

const nameOf = (value: unknown): unknown => (isRecord(value) ? value.name : undefined);

describe('the manifests that delete', () => {
  for (const manifest of ['tpr-cleanup-job.yaml', 'kdd-v3-cleanup-job.yaml']) {
    it(`${manifest} is a dry run until one word of it is edited`, () => {
      const line = '{name: CALICO_UPGRADE_CONFIRM, value: ""}';
      assert.equal(read(manifest).split(line).length, 2);
      assert.equal(read(manifest).match(/EDIT:/g)?.length, 1);
    });

    it(`${manifest} may delete what it names, and nothing else`, () => {
      const deleted = manifestRights(manifest).filter(
        ({ verb }) => verb === 'delete' || verb === 'deletecollection',
      );
      assert.ok(deleted.length > 0);
      for (const right of deleted) assert.match(right.name ?? '', /projectcalico\.org$/, rightText(right));
    });
  }
});
