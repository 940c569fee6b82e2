import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { convertTprs } from '../../../../jobs/lib/calico/convert.ts';
import { differences } from '../../../../jobs/lib/calico/diff.ts';
import { sameMeaning } from '../../../../jobs/lib/calico/equal.ts';
import { decideExisting } from '../../../../jobs/lib/calico/existing.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { arbitraryTprs } from './arbitrary-tprs.ts';
import { corruptionsOf } from './corruption.ts';
import { byCrdPlural } from './recordings.ts';

const targetVersion = fc.constantFrom('2.5.1', '2.6.12');
const RUNS = { numRuns: 200 };

describe('for all well-formed ThirdPartyResource objects', () => {
  it('each is converted, and the input stays as it is', () => {
    const property = fc.property(arbitraryTprs(), targetVersion, (tprs, version) => {
      const before = JSON.stringify([...tprs]);
      const { objects, problems, strays } = convertTprs(tprs, { targetVersion: version });
      assert.deepEqual({ problems, strays }, { problems: [], strays: [] });
      assert.equal(objects.length, [...tprs.values()].flat().length);
      assert.equal(JSON.stringify([...tprs]), before);
    });
    fc.assert(property, RUNS);
  });

  it('the result does not depend on their order', () => {
    const shuffled = arbitraryTprs().chain(tprs => {
      const kinds = [...tprs].map(([name, objects]) =>
        fc.shuffledSubarray(objects, { minLength: objects.length }).map(list => [name, list] as const),
      );
      return fc.tuple(
        fc.constant(tprs),
        fc.tuple(...kinds).map(entries => new Map<string, KubeObject[]>(entries.toReversed())),
      );
    });
    const property = fc.property(shuffled, targetVersion, ([tprs, other], version) => {
      const options = { targetVersion: version };
      assert.deepEqual(convertTprs(other, options), convertTprs(tprs, options));
    });
    fc.assert(property, RUNS);
  });

  it('a second run finds nothing to do', () => {
    const property = fc.property(arbitraryTprs(), tprs => {
      const { objects } = convertTprs(tprs, { targetVersion: '2.5.1' });
      const existing = byCrdPlural(objects.map(({ kind, object }) => ({ plural: kind.crd.plural, object })));
      const actions = decideExisting(objects, existing, { onConflict: 'stop' });
      assert.deepEqual(actions, {
        create: [],
        update: [],
        unchanged: objects,
        tolerated: [],
        keep: [],
        conflicts: [],
        untouched: [],
        notes: [],
      });
    });
    fc.assert(property, RUNS);
  });

  it('every change of a single field of the result is found', () => {
    const property = fc.property(arbitraryTprs(), targetVersion, (tprs, version) => {
      for (const { kind, object } of convertTprs(tprs, { targetVersion: version }).objects) {
        assert.equal(sameMeaning(kind, object, object), true);
        for (const { what, object: corrupt } of corruptionsOf(object)) {
          assert.equal(sameMeaning(kind, corrupt, object), false, what);
          assert.ok(differences(kind, corrupt, object).length > 0, what);
        }
      }
    });
    fc.assert(property, RUNS);
  });
});
