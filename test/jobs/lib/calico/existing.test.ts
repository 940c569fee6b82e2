import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conflictText } from '../../../../jobs/lib/calico/conflict.ts';
import { type ConvertedObject, convertTprs } from '../../../../jobs/lib/calico/convert.ts';
import { decideExisting, type OnConflict } from '../../../../jobs/lib/calico/existing.ts';
import type { ObjectMeta } from '../../../../jobs/lib/kubernetes/object.ts';
import { byCrdPlural } from './recordings.ts';
import { kindNamed, tprObject } from './tpr-objects.ts';

function wanted(kind: string, name: string, spec: object): ConvertedObject[] {
  const { tprName } = kindNamed(kind);
  const source = tprObject(kindNamed(kind), name, spec);
  return [...convertTprs(new Map([[tprName, [source]]]), { targetVersion: '2.5.1' }).objects];
}
const config = (name: string, value: string) => wanted('GlobalConfig', name.toLowerCase(), { name, value });
const pool = (name: string, cidr: string) => wanted('IpPool', name, { value: JSON.stringify({ cidr }) });
const peer = (name: string, asNumber: number) => wanted('GlobalBgpPeer', name, { asNumber });

const crd = (plural: string, name: string, spec: object, metadata: Partial<ObjectMeta> = {}) => ({
  plural,
  object: { metadata: { name, ...metadata }, spec },
});

type Existing = ReturnType<typeof crd>;

function decide(
  objects: ConvertedObject[],
  existing: Existing[],
  onConflict: OnConflict = 'stop',
  pools?: string[],
) {
  const actions = decideExisting(objects, byCrdPlural(existing), {
    onConflict,
    ...(pools && { defaultPools: pools }),
  });
  const names = (list: readonly ConvertedObject[]) => list.map(({ object }) => object.metadata.name);
  return {
    create: names(actions.create),
    update: actions.update.map(({ replacement }) => replacement),
    unchanged: names(actions.unchanged),
    tolerated: names(actions.tolerated.map(({ object }) => object)),
    keep: actions.keep.map(conflictText),
    conflicts: actions.conflicts.map(conflictText),
    untouched: actions.untouched.map(({ existing: object }) => object.metadata.name),
    notes: actions.notes.map(({ object, reason }) => `${object}: ${reason}`),
  };
}

const NOTHING = {
  create: [],
  update: [],
  unchanged: [],
  tolerated: [],
  keep: [],
  conflicts: [],
  untouched: [],
  notes: [],
};

describe('existing CRD objects', () => {
  it('that are missing are created', () => {
    assert.deepEqual(decide(config('A', '1'), []), { ...NOTHING, create: ['a'] });
  });

  it('that mean the same are unchanged', () => {
    const existing = crd(
      'ippools',
      '10-64-0-0-16',
      { cidr: '10.64.0.0/16', disabled: false },
      { labels: { a: 'b' } },
    );
    assert.deepEqual(decide(pool('10-64-0-0-16', '10.64.0.0/16'), [existing]), {
      ...NOTHING,
      unchanged: ['10-64-0-0-16'],
    });
  });

  it('that nobody asked for are untouched, and named with the command that deletes them', () => {
    const existing = [
      crd('bgppeers', '198-51-100-1', { peerIP: '198.51.100.1', asNumber: 1 }),
      crd('globalfelixconfigs', 'a', {}),
      crd('globalnetworkpolicies', 'p', { selector: 'all()' }),
    ];
    const { notes, ...rest } = decide(config('B', '1'), existing);
    assert.deepEqual(
      { ...rest, notes: [] },
      {
        ...NOTHING,
        create: ['b'],
        untouched: ['a', '198-51-100-1', 'p'],
      },
    );
    assert.equal(notes.length, 3);
    assert.match(
      notes[1] ?? '',
      /^BGPPeer 198-51-100-1: no GlobalBgpPeer stands behind it.* kubectl delete bgppeers\.crd\.projectcalico\.org 198-51-100-1$/,
    );
    assert.deepEqual(decide([], existing).notes, [], 'without old data nothing was deleted there');
  });

  for (const name of ['CalicoVersion', 'ClusterType']) {
    const key = name.toLowerCase();
    it(`for ${name} are tolerated with another value, and only with that`, () => {
      const existing = crd('globalfelixconfigs', key, { name, value: 'new' });
      for (const onConflict of ['stop', 'keep', 'overwrite'] as const) {
        assert.deepEqual(decide(config(name, 'old'), [existing], onConflict), {
          ...NOTHING,
          tolerated: [key],
        });
      }
      const further = crd('globalfelixconfigs', key, { name, value: 'new', more: 1 });
      assert.equal(decide(config(name, 'old'), [further]).conflicts.length, 1);
    });
  }

  it('that are being deleted stop the run, whatever is to be done with conflicts', () => {
    const metadata = { deletionTimestamp: '2017-10-01T00:00:00Z', finalizers: ['example.com/hold'] };
    const existing = crd('ippools', '10-64-0-0-16', { cidr: '10.64.0.0/16' }, metadata);
    for (const onConflict of ['stop', 'keep', 'overwrite'] as const) {
      assert.deepEqual(decide(pool('10-64-0-0-16', '10.64.0.0/16'), [existing], onConflict), {
        ...NOTHING,
        conflicts: [
          'IPPool 10-64-0-0-16: is being deleted (finalizers hold it: example.com/hold). Wait until it is gone, then start again',
        ],
      });
    }
  });

  describe('that differ', () => {
    const objects = config('LogSeverityScreen', 'debug');
    const existing = [
      crd(
        'globalfelixconfigs',
        'logseverityscreen',
        { name: 'LogSeverityScreen', value: 'info', more: 1 },
        {
          labels: { a: 'b' },
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
          resourceVersion: '7',
        },
      ),
    ];
    const conflict =
      'GlobalFelixConfig logseverityscreen: differs ' +
      '(spec.more: found 1, wanted nothing; spec.value: found "info", wanted "debug")';

    it('are conflicts', () => {
      assert.deepEqual(decide(objects, existing), { ...NOTHING, conflicts: [conflict] });
    });

    it('are left with keep', () => {
      assert.deepEqual(decide(objects, existing, 'keep'), { ...NOTHING, keep: [conflict] });
    });

    it('are replaced with overwrite, but for labels of others', () => {
      const { update, ...rest } = decide(objects, existing, 'overwrite');
      assert.deepEqual(update, [
        {
          apiVersion: 'crd.projectcalico.org/v1',
          kind: 'GlobalFelixConfig',
          metadata: { name: 'logseverityscreen', labels: { a: 'b' } },
          spec: { name: 'LogSeverityScreen', value: 'debug' },
        },
      ]);
      assert.deepEqual({ ...rest, update: [] }, NOTHING);
    });
  });
});

describe('what a calico-node made that started too early', () => {
  const origin = 'default made by a calico-node 2.5 or later that started before the migration';
  const defaults = (cidr: string, name: string) => crd('ippools', name, { cidr, 'nat-outgoing': true });

  it('is a conflict: a default pool that no TPR object has', () => {
    const existing = [
      defaults('192.168.0.0/16', '192-168-0-0-16'),
      defaults('FD80:24E2:F998:72D6::/64', 'fd80-24e2-f998-72d6---64'),
      defaults('10.244.0.0/16', '10-244-0-0-16'),
    ];
    const text = (name: string) =>
      `IPPool ${name}: ${origin}: no TPR object has this pool. ` +
      `If it is not wanted: kubectl delete ippools.crd.projectcalico.org ${name}`;
    const objects = pool('10-64-0-0-16', '10.64.0.0/16');
    const found = decide(objects, existing);
    assert.deepEqual(found.conflicts, [text('192-168-0-0-16'), text('fd80-24e2-f998-72d6---64')]);
    assert.deepEqual(found.untouched, ['10-244-0-0-16']);
    assert.deepEqual(decide(objects, existing.slice(2), 'stop', ['10.244.0.0/16']).conflicts, [
      text('10-244-0-0-16'),
    ]);
    assert.deepEqual(decide(objects, existing.slice(0, 1), 'overwrite').keep, [text('192-168-0-0-16')]);
  });

  it('is nothing to object to where no TPR object is', () => {
    assert.deepEqual(decide([], [defaults('192.168.0.0/16', '192-168-0-0-16')]), {
      ...NOTHING,
      untouched: ['192-168-0-0-16'],
    });
  });

  it('is a conflict with its origin: a default pool that differs', () => {
    const { conflicts } = decide(pool('192-168-0-0-16', '192.168.0.0/16'), [
      defaults('192.168.0.0/16', '192-168-0-0-16'),
    ]);
    assert.deepEqual(conflicts, [
      `IPPool 192-168-0-0-16: differs, perhaps a ${origin} (spec.nat-outgoing: found true, wanted nothing)`,
    ]);
  });

  it('is a conflict with its origin: another ClusterGUID', () => {
    const existing = crd('globalfelixconfigs', 'clusterguid', { name: 'ClusterGUID', value: 'f' });
    assert.deepEqual(decide(config('ClusterGUID', '0'), [existing]).conflicts, [
      `GlobalFelixConfig clusterguid: differs, perhaps a ${origin} (spec.value: found "f", wanted "0")`,
    ]);
  });
});

describe('an existing object under another name than the wanted one', () => {
  const full = 'fd00-0000-0000-0000-0000-0000-0000-0001';
  const short = (asNumber: number) =>
    crd('bgppeers', 'fd00--1', { peerIP: 'fd00::1', asNumber, scope: 'global' });

  it('is left with a note if it means the same', () => {
    assert.deepEqual(decide(peer('fd00--1', 1), [short(1)]), {
      ...NOTHING,
      create: [full],
      untouched: ['fd00--1'],
      notes: [
        `BGPPeer fd00--1: stands for the same as BGPPeer ${full} under a name that Calico does not look up; ` +
          'it is left as it is. Remove it: kubectl delete bgppeers.crd.projectcalico.org fd00--1',
      ],
    });
  });

  it('is a conflict if it differs', () => {
    assert.deepEqual(decide(peer('fd00--1', 1), [short(2)]).conflicts, [
      `BGPPeer fd00--1: stands for the same as BGPPeer ${full} under a name that Calico does not look up, ` +
        'and differs from it. Remove it: kubectl delete bgppeers.crd.projectcalico.org fd00--1 ' +
        '(spec.asNumber: found 2, wanted 1)',
    ]);
  });

  it('may be a pool or a setting', () => {
    const other = crd('ippools', 'my-pool', { cidr: '10.64.0.0/16', disabled: true });
    assert.equal(decide(pool('10-64-0-0-16', '10.64.0.0/16'), [other]).conflicts.length, 1);
    const setting = crd('globalfelixconfigs', 'my-a', { name: 'a', value: '1' });
    assert.equal(decide(config('A', '2'), [setting]).conflicts.length, 1);
  });
});
