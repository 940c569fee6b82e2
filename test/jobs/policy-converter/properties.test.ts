import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareViews } from '../../../jobs/lib/calico/networkpolicy/comparison.ts';
import { isRecord, type KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { isDone } from '../../../jobs/policy-converter/plan.ts';
import { viewsOf } from '../../../jobs/policy-converter/view.ts';
import { arbitraryWorld } from '../lib/calico/networkpolicy/arbitrary-world.ts';
import type { World } from '../lib/calico/networkpolicy/brute-force.ts';
import { modelCluster } from '../lib/calico/networkpolicy/model-input.ts';
import { allowedConnections, converted, opened, planOf } from './brute-verdicts.ts';

const RUNS = { numRuns: 300 };

/** A policy whose ingress rules Kubernetes ignores and Calico before v1 does not; the conversion cannot keep its meaning. */
const losesRules = ({ spec }: KubeObject): boolean =>
  isRecord(spec) &&
  Array.isArray(spec.policyTypes) &&
  !spec.policyTypes.includes('Ingress') &&
  Array.isArray(spec.ingress) &&
  spec.ingress.length > 0;

const convertible: fc.Arbitrary<World> = arbitraryWorld.map(world => ({
  ...world,
  policies: world.policies.filter(policy => !losesRules(policy)),
}));

const differing = (world: World, after: World): number => {
  const [before, now] = viewsOf([
    ['annotation', world.policies],
    ['v1', after.policies],
  ]);
  return compareViews(modelCluster(world), before, now).differing;
};

describe('the conversion, for all clusters', () => {
  it('keeps every verdict, by brute force over all pairs', () => {
    fc.assert(
      fc.property(convertible, world => {
        const plan = planOf(world);
        assert.deepEqual(plan.problems, []);
        const after = converted(world, plan);
        assert.deepEqual(allowedConnections(after, 'v1', world), allowedConnections(world, 'annotation'));
        assert.equal(differing(world, after), 0);
      }),
      RUNS,
    );
  });

  it('is refused by the proof in the only case in which it would change a verdict', () => {
    fc.assert(
      fc.property(arbitraryWorld, world => {
        const after = converted(world, planOf(world));
        const now = allowedConnections(after, 'v1', world);
        const before = allowedConnections(world, 'annotation');
        const changed =
          [...now].filter(one => !before.has(one)).length + [...before].filter(one => !now.has(one)).length;
        assert.equal(differing(world, after), changed);
        if (changed > 0) assert.ok(world.policies.some(losesRules));
      }),
      RUNS,
    );
  });

  it('finds nothing more to do when it is made again', () => {
    fc.assert(
      fc.property(arbitraryWorld, world => {
        assert.ok(isDone(planOf(converted(world, planOf(world)))));
      }),
      RUNS,
    );
  });

  it('allows nothing after any single write, in any order of them, that both semantics forbid before', () => {
    const withOrder = arbitraryWorld.chain(world => {
      const { create, remove } = planOf(world);
      const shuffled = (policies: readonly KubeObject[]) =>
        fc.shuffledSubarray([...policies], { minLength: policies.length });
      return fc.tuple(fc.constant(world), shuffled(create), shuffled(remove));
    });
    fc.assert(
      fc.property(withOrder, ([world, create, remove]) => {
        const before = allowedConnections(world, 'annotation');
        let now = world;
        const step = (policies: readonly KubeObject[]): void => {
          now = { ...now, policies };
          assert.deepEqual(opened(world, now), []);
          // And as Calico acts while the writes are made, nothing changes at all.
          assert.deepEqual(allowedConnections(now, 'annotation', world), before);
        };
        for (const policy of create) step([...now.policies, policy]);
        for (const policy of remove) step(now.policies.filter(other => other !== policy));
        assert.deepEqual(
          new Set(now.policies),
          new Set(converted(world, { ...planOf(world), create, remove }).policies),
        );
      }),
      { numRuns: 200 },
    );
  });
});
