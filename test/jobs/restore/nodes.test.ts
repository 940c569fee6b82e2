import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nodePeerPatch, planNodePeers } from '../../../jobs/lib/calico/node-peers.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { planNodeRestore } from '../../../jobs/restore/nodes.ts';

const PREFIX = 'peer.bgp.projectcalico.org/';
const SHORT = `${PREFIX}2001-db8--7`;
const LONG = `${PREFIX}2001-0db8-0000-0000-0000-0000-0000-0007`;
const value = (asNumber: number, ip = '2001:db8::7'): string =>
  JSON.stringify({ ip, as_num: String(asNumber) });

type Annotations = Readonly<Record<string, string | null>>;

const node = (annotations: Readonly<Record<string, string>>): KubeObject => ({
  metadata: { name: 'node-1', annotations },
});

function patched(before: Readonly<Record<string, string>>, changes: Annotations): Record<string, string> {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.flatMap(([key, text]) => (text === null ? [] : [[key, text]])));
}

/** The Node's annotations after tpr-to-crd. */
function migrated(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const changes = planNodePeers([node(annotations)]).plans.map(plan => nodePeerPatch(plan).metadata);
  return changes.reduce<Record<string, string>>((current, metadata) => {
    const found = isRecord(metadata) && isRecord(metadata.annotations) ? metadata.annotations : {};
    const texts = Object.entries(found).map(([key, text]) => [key, text === null ? null : String(text)]);
    return patched(current, Object.fromEntries(texts));
  }, annotations);
}

function plan(saved: Readonly<Record<string, string>>, present: Readonly<Record<string, string>>) {
  const { changes, overwriting, differences } = planNodeRestore(node(saved), node(present));
  return { changes, overwriting, differences: differences.length };
}

describe('the BGP peers of a Node', () => {
  it('get the old key back that the migration made long', () => {
    const changes = { [SHORT]: value(1), [LONG]: null };
    assert.deepEqual(plan({ [SHORT]: value(1) }, { [LONG]: value(1) }), {
      changes,
      overwriting: {},
      differences: 0,
    });
  });

  it('come back where somebody removed them', () => {
    assert.deepEqual(plan({ [SHORT]: value(1) }, {}), {
      changes: { [SHORT]: value(1) },
      overwriting: {},
      differences: 0,
    });
  });

  it('are nothing to change where they are as they were, also beside new ones', () => {
    const present = { [SHORT]: value(1), [`${PREFIX}198-51-100-7`]: value(2, '198.51.100.7') };
    assert.deepEqual(plan({ [SHORT]: value(1) }, present), { changes: {}, overwriting: {}, differences: 0 });
  });

  for (const key of [SHORT, LONG]) {
    it(`are a difference where somebody gave ${key === SHORT ? 'the old' : 'the new'} key another value`, () => {
      const { changes, overwriting, differences } = plan({ [SHORT]: value(1) }, { [key]: value(2) });
      assert.deepEqual(changes, {});
      assert.equal(differences, 1);
      assert.deepEqual(patched({ [key]: value(2) }, overwriting), { [SHORT]: value(1) });
    });
  }

  it('keep a long key that was there before the migration', () => {
    const saved = { [SHORT]: value(1), [LONG]: value(1) };
    assert.deepEqual(patched({ [LONG]: value(1) }, plan(saved, { [LONG]: value(1) }).changes), saved);
  });

  it('are as before a migration, whatever they were', () => {
    const peers = fc.uniqueArray(fc.tuple(fc.ipV6(), fc.nat()), { selector: ([ip]) => ip, maxLength: 5 });
    fc.assert(
      fc.property(peers, entries => {
        const saved = Object.fromEntries(
          entries.map(([ip, as]) => [`${PREFIX}${ip.replaceAll(/[.:]/g, '-')}`, value(as, ip)]),
        );
        const after = migrated(saved);
        assert.deepEqual(patched(after, plan(saved, after).changes), saved);
      }),
    );
  });
});
