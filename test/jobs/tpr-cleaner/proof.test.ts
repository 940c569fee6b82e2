import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { convertTprs } from '../../../jobs/lib/calico/convert.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { prove } from '../../../jobs/tpr-cleaner/proof.ts';
import { arbitraryTprs } from '../lib/calico/arbitrary-tprs.ts';
import { corruptionsOf } from '../lib/calico/corruption.ts';
import { byCrdPlural } from '../lib/calico/recordings.ts';
import { kindNamed, tprObject } from '../lib/calico/tpr-objects.ts';

interface Copy {
  readonly plural: string;
  readonly object: KubeObject;
}

/** The copies that `tpr-to-crd` makes for a release. */
const copiesOf = (tprs: ReadonlyMap<string, readonly KubeObject[]>, targetVersion: string): readonly Copy[] =>
  convertTprs(tprs, { targetVersion }).objects.map(({ kind, object }) => ({
    plural: kind.crd.plural,
    object,
  }));

const count = (tprs: ReadonlyMap<string, readonly KubeObject[]>): number => [...tprs.values()].flat().length;

const asText = (copy: Copy): string => JSON.stringify(copy);

const RELEASES = ['2.5.1', '2.6.12'] as const;
const release = fc.constantFrom(...RELEASES);

/** Each run tries every field of every object. */
const RUNS = { numRuns: 15 };

describe('the proof that every old object has its copy', () => {
  it('holds for copies of either release', () => {
    const property = fc.property(arbitraryTprs(), release, (tprs, version) => {
      const { proved, problems } = prove(tprs, byCrdPlural(copiesOf(tprs, version)));
      assert.deepEqual(problems, []);
      assert.equal(
        [...proved.values()].reduce((sum, own) => sum + own, 0),
        count(tprs),
      );
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('fails for every single difference, and for every copy that is missing', () => {
    const property = fc.property(arbitraryTprs(), release, (tprs, version) => {
      const copies = copiesOf(tprs, version);
      // A change by which a copy of 2.6 becomes that of 2.5, or the other way, is no difference.
      const forms = new Set(RELEASES.flatMap(other => copiesOf(tprs, other)).map(asText));
      for (const [index, copy] of copies.entries()) {
        const missing = prove(tprs, byCrdPlural(copies.toSpliced(index, 1)));
        assert.equal(missing.problems.length, 1);
        for (const { what, object } of corruptionsOf(copy.object)) {
          if (forms.has(asText({ ...copy, object }))) continue;
          const spoiled = copies.with(index, { ...copy, object });
          assert.equal(prove(tprs, byCrdPlural(spoiled)).problems.length, 1, what);
        }
      }
    });
    fc.assert(property, RUNS);
  });

  it('fails for every old object that changed since it was copied', () => {
    const property = fc.property(arbitraryTprs(), tprs => {
      const existing = byCrdPlural(copiesOf(tprs, '2.5.1'));
      for (const { what, now } of changesOf(tprs)) assert.ok(prove(now, existing).problems.length > 0, what);
    });
    fc.assert(property, RUNS);
  });

  it('fails for objects that Calico never read, and for those that are being deleted', () => {
    const pool = kindNamed('IpPool');
    const spec = { value: '{"cidr":"10.64.0.0/16"}' };
    const own = new Map([[pool.tprName, [tprObject(pool, '10-64-0-0-16', spec)]]]);
    const copies = copiesOf(own, '2.5.1');
    const stray = tprObject(pool, '10-64-0-0-16', spec, { namespace: 'default' });
    const both = new Map([[pool.tprName, [...(own.get(pool.tprName) ?? []), stray]]]);
    assert.match(
      prove(both, byCrdPlural(copies)).problems.join(),
      /^IpPool default\/10-64-0-0-16: has no copy/,
    );
    const dying = copies.map(({ plural, object }) => ({
      plural,
      object: { ...object, metadata: { ...object.metadata, deletionTimestamp: '2017-09-01T10:00:00Z' } },
    }));
    assert.match(
      prove(own, byCrdPlural(dying)).problems.join(),
      /its copy IPPool 10-64-0-0-16 is being deleted/,
    );
  });

  it('takes the value of what nodes rewrite for equal, and nothing else of it', () => {
    const config = kindNamed('GlobalConfig');
    const tprs = new Map([
      [config.tprName, [tprObject(config, 'clustertype', { name: 'ClusterType', value: 'k8s,KDD' })]],
    ]);
    const withSpec = (spec: unknown, metadata = {}) => {
      const [copy] = copiesOf(tprs, '2.5.1');
      assert.ok(copy);
      const object = { ...copy.object, metadata: { ...copy.object.metadata, ...metadata }, spec };
      return prove(tprs, byCrdPlural([{ ...copy, object }])).problems.length;
    };
    assert.equal(withSpec({ name: 'ClusterType', value: 'k8s,bgp' }), 0);
    for (const spec of [
      { name: 'ClusterType', value: '' },
      { name: 'ClusterType' },
      { name: 'Clustertype', value: 'k8s' },
      {},
    ])
      assert.equal(withSpec(spec), 1, JSON.stringify(spec));
  });
});

/** Everything that somebody could have changed in one old object, and that means something. */
function changesOf(tprs: ReadonlyMap<string, readonly KubeObject[]>) {
  return [...tprs].flatMap(([name, objects]) =>
    objects.flatMap((object, index) =>
      corruptionsOf(object)
        .filter(({ what, object: changed }) => isLost(what) && meaningOf(changed) !== meaningOf(object))
        .map(({ what, object: changed }) => ({
          what: `${object.kind} ${what}`,
          now: new Map([...tprs, [name, objects.with(index, changed)]]),
        })),
    ),
  );
}

/** A label or annotation that only the copy has is nothing that a deletion of the old object could lose. */
const isLost = (what: string): boolean => !/^(label|annotation) .* taken out$/.test(what);

/** What becomes of an old object: a name and a notation can change without a change of meaning. */
function meaningOf(object: KubeObject): string {
  const { tprName } = kindNamed(String(object.kind));
  const { objects, problems } = convertTprs(new Map([[tprName, [object]]]), { targetVersion: '2.5.1' });
  return JSON.stringify([objects.map(({ object: copy }) => copy), problems.length]);
}
