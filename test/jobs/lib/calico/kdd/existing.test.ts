import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BGP_CONFIGURATIONS,
  BGP_PEERS,
  CLUSTER_INFORMATIONS,
  FELIX_CONFIGURATIONS,
} from '../../../../../jobs/lib/calico/crd-kinds.ts';
import type { OnConflict } from '../../../../../jobs/lib/calico/existing.ts';
import { decideKdd, kddConflictText } from '../../../../../jobs/lib/calico/kdd/existing.ts';
import {
  IDENTITY_ANNOTATION,
  identityIn,
  withIdentity,
  withoutIdentity,
} from '../../../../../jobs/lib/calico/kdd/identity.ts';
import { type WantedObject, wantedObject } from '../../../../../jobs/lib/calico/kdd/wanted.ts';
import type { CrdKind } from '../../../../../jobs/lib/kubernetes/crd.ts';
import type { KubeObject } from '../../../../../jobs/lib/kubernetes/object.ts';
import { crdObject } from '../../../kdd-v1-to-v3/data.ts';

const want = (crd: CrdKind, spec: Record<string, unknown>, name = 'default'): WantedObject =>
  wantedObject(crd, { name }, spec);

const decide = (wanted: WantedObject, existing: readonly KubeObject[], onConflict: OnConflict = 'stop') =>
  decideKdd([wanted], new Map([[wanted.crd.plural, existing]]), onConflict);

/** Which list of the actions holds the object. */
function stateOf(wanted: WantedObject, found: unknown): string {
  const actions = decide(wanted, [crdObject(wanted.crd, 'default', found)]);
  const lists = Object.entries(actions).filter(([, list]) => list.length > 0);
  assert.equal(lists.length, 1);
  return lists[0]?.[0] ?? '';
}

describe('an object of 3.0', () => {
  const felix = want(FELIX_CONFIGURATIONS, { logSeverityScreen: 'Info', ipipEnabled: false });

  it('is created where it is missing, also where the kind is not defined', () => {
    assert.deepEqual(decide(felix, []).create, [felix]);
    assert.deepEqual(decideKdd([felix], new Map(), 'stop').create, [felix]);
  });

  it('is unchanged where it means the same', () => {
    assert.equal(
      stateOf(felix, { ipipEnabled: false, logSeverityScreen: 'Info', logPrefix: null }),
      'unchanged',
    );
    const peer = want(BGP_PEERS, { node: 'n', peerIP: 'fd00::7', asNumber: 1 }, 'default');
    assert.equal(stateOf(peer, { node: 'n', peerIP: 'fd00:0::7', asNumber: '1' }), 'unchanged');
  });

  it('is a conflict where a field differs, is missing, or is there too much', () => {
    for (const spec of [
      { logSeverityScreen: 'Info', ipipEnabled: true },
      { logSeverityScreen: 'Info' },
      { logSeverityScreen: 'Info', ipipEnabled: false, logPrefix: 'x' },
    ])
      assert.equal(stateOf(felix, spec), 'conflicts', JSON.stringify(spec));
    const [conflict] = decide(felix, [crdObject(FELIX_CONFIGURATIONS, 'default', {})]).conflicts;
    assert.ok(conflict);
    assert.equal(
      kddConflictText(conflict),
      'FelixConfiguration default: differs (spec.ipipEnabled: found nothing, wanted false; spec.logSeverityScreen: found nothing, wanted "Info")',
    );
  });

  it('is tolerated with what a node of 3.0 adds, and in the old spelling of a word', () => {
    const plain = want(FELIX_CONFIGURATIONS, { defaultEndpointToHostAction: 'Return' });
    const added = { reportingInterval: '0s', logSeverityScreen: 'Info', ipipEnabled: true };
    assert.equal(stateOf(plain, { ...added, defaultEndpointToHostAction: 'RETURN' }), 'tolerated');
    assert.equal(stateOf(plain, { ...added, defaultEndpointToHostAction: 'DROP' }), 'conflicts');
    assert.equal(stateOf(want(FELIX_CONFIGURATIONS, { logPrefix: 'a' }), { logPrefix: 'A' }), 'conflicts');
    assert.equal(
      stateOf(want(BGP_CONFIGURATIONS, { logSeverityScreen: 'Info' }), { logSeverityScreen: 'info' }),
      'tolerated',
    );
  });

  it('is tolerated as a ClusterInformation with what every node rewrites', () => {
    const spec = { clusterGUID: 'g', clusterType: 'k8s', calicoVersion: 'v2.6.12', datastoreReady: true };
    const info = want(CLUSTER_INFORMATIONS, spec);
    const later = { ...spec, calicoVersion: 'v3.0.1', clusterType: 'k8s,kdd' };
    assert.equal(stateOf(info, later), 'tolerated');
    assert.equal(stateOf(info, { ...later, datastoreReady: false }), 'conflicts');
    const [conflict] = decide(info, [
      crdObject(CLUSTER_INFORMATIONS, 'default', { ...later, clusterGUID: 'h' }),
    ]).conflicts;
    assert.match(conflict?.reason ?? '', /perhaps made by a calico-node 3\.0 that started before/);
  });

  it('that is being deleted stops every run', () => {
    const dying = crdObject(FELIX_CONFIGURATIONS, 'default', felix.object.spec, { deletionTimestamp: 'now' });
    for (const what of ['stop', 'keep', 'overwrite'] as const)
      assert.equal(decide(felix, [dying], what).conflicts.length, 1, what);
  });
});

describe('a conflict', () => {
  const info = want(CLUSTER_INFORMATIONS, {
    clusterGUID: 'g',
    calicoVersion: 'v2.6.12',
    datastoreReady: true,
  });
  const existing = crdObject(
    CLUSTER_INFORMATIONS,
    'default',
    { clusterGUID: 'h', calicoVersion: 'v3.0.1', datastoreReady: true, other: 1 },
    { labels: { own: 'yes' }, annotations: { [IDENTITY_ANNOTATION]: '{}' }, finalizers: ['x/y'] },
  );

  it('is kept with keep', () => {
    const { keep, conflicts, update } = decide(info, [existing], 'keep');
    assert.deepEqual([keep.length, conflicts.length, update.length], [1, 0, 0]);
  });

  it('is overwritten with overwrite, but for what nodes wrote and for the metadata', () => {
    const { update, conflicts } = decide(info, [existing], 'overwrite');
    assert.deepEqual(conflicts, []);
    assert.deepEqual(update[0]?.replacement, {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'ClusterInformation',
      metadata: existing.metadata,
      spec: { clusterGUID: 'g', calicoVersion: 'v3.0.1', datastoreReady: true },
    });
  });

  it('is one that overwriting cannot resolve where the peer is there under another name', () => {
    const peer = want(BGP_PEERS, { node: 'n', peerIP: '192.0.2.1', asNumber: 1 }, 'n.192-0-2-1');
    const other = crdObject(BGP_PEERS, 'rack', { node: 'n', peerIP: '192.0.2.1', asNumber: 1 });
    for (const what of ['stop', 'overwrite'] as const) {
      const { conflicts, create } = decide(peer, [other], what);
      assert.deepEqual(create, []);
      assert.match(conflicts[0]?.reason ?? '', /BGPPeer rack is for the same node and address/);
    }
    assert.equal(decide(peer, [other], 'keep').keep.length, 1);
    const global = crdObject(BGP_PEERS, '192-0-2-1', { scope: 'global', peerIP: '192.0.2.1', asNumber: 1 });
    assert.equal(decide(peer, [global]).create.length, 1);
  });
});

describe('the identity of an object', () => {
  const identity = { uid: '5b0c7a4e-f5d2-41e7-8b2a-0800270d9f11', creationTimestamp: '2018-01-10T10:00:00Z' };
  const object = crdObject(BGP_PEERS, 'x', {}, { annotations: { a: 'b' } });

  it('is in an annotation, and can be taken out again', () => {
    const written = withIdentity(object, identity);
    assert.equal(
      written.metadata.annotations?.['projectcalico.org/metadata'],
      '{"uid":"5b0c7a4e-f5d2-41e7-8b2a-0800270d9f11","creationTimestamp":"2018-01-10T10:00:00Z"}',
    );
    assert.deepEqual(identityIn(written), identity);
    assert.deepEqual(withoutIdentity(written), object);
  });

  it('is none where the annotation is missing or broken', () => {
    assert.equal(identityIn(object), undefined);
    const broken = crdObject(BGP_PEERS, 'x', {}, { annotations: { [IDENTITY_ANNOTATION]: '{' } });
    assert.equal(identityIn(broken), undefined);
  });
});
