import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareViews } from '../../../../../jobs/lib/calico/networkpolicy/comparison.ts';
import { membersOf } from '../../../../../jobs/lib/calico/networkpolicy/source-classes.ts';
import { type Verdicts, visitVerdicts } from '../../../../../jobs/lib/calico/networkpolicy/verdicts.ts';
import { viewsOf } from '../../../../../jobs/policy-converter/view.ts';
import { arbitraryWorld } from './arbitrary-world.ts';
import { isAllowed, portsToAsk, type Rules, type Source, type World } from './brute-force.ts';
import { isProtected, modelCluster } from './model-input.ts';

const RUNS = { numRuns: 500 };
const BOTH: readonly Rules[] = ['annotation', 'v1'];

type Port = readonly [protocol: string, port: number];

const nameOf = (source: Source): string =>
  source === 'outside' ? source : `${source.metadata.namespace}/${source.metadata.name}`;

/** `v1 shop/pod-1 → web/pod-2 TCP 80` */
const line = (rules: Rules | undefined, from: string, to: string, [protocol, port]: Port): string =>
  `${rules} ${from} → ${to} ${protocol} ${port}`;

/** Every connection that the model allows. */
function allowedByModel(world: World): readonly string[] {
  const visits: Verdicts[] = [];
  const moments = BOTH.map(rules => [rules, world.policies] as const);
  visitVerdicts(modelCluster(world), viewsOf(moments), verdicts => visits.push(verdicts));
  return [...Map.groupBy(visits, ({ destinations }) => destinations).values()].flatMap(ofSamePods =>
    ofSamePods.flatMap(verdicts => linesOf(verdicts, portsOf(verdicts, ofSamePods, portsToAsk(world)))),
  );
}

function linesOf({ destinations, sources, allowed }: Verdicts, ports: readonly Port[]): readonly string[] {
  return allowed.flatMap((set, view) =>
    membersOf(set)
      .map(index => sources[index] ?? assert.fail())
      .flatMap(({ pods, outside }) => [
        ...pods.map(({ namespace, name }) => `${namespace}/${name}`),
        ...(outside ? ['outside'] : []),
      ])
      .flatMap(from =>
        destinations.flatMap(({ namespace, name }) =>
          ports.map(port => line(BOTH[view], from, `${namespace}/${name}`, port)),
        ),
      ),
  );
}

/** The ports of a class; all others of its protocol are those that are in no other class for the same pods. */
function portsOf(
  { ports: { protocol, port, count } }: Verdicts,
  ofSamePods: readonly Verdicts[],
  asked: readonly Port[],
): readonly Port[] {
  const apart = new Set(
    ofSamePods.filter(({ ports }) => ports.protocol === protocol).map(({ ports }) => ports.port),
  );
  const same = asked.filter(([other]) => other === protocol);
  const members =
    port === undefined
      ? same.filter(([, number]) => !apart.has(number))
      : same.filter(([, number]) => number === port);
  assert.equal(members.length, count, `ports in the class ${protocol} ${port}`);
  return members;
}

/** Every connection that the oracle allows, asked one by one. */
function allowedByBruteForce(world: World): readonly string[] {
  const sources: readonly Source[] = [...world.pods, 'outside'];
  return BOTH.flatMap(rules =>
    world.pods.filter(isProtected).flatMap(to =>
      sources.flatMap(from =>
        portsToAsk(world)
          .filter(([protocol, port]) => isAllowed(world, rules, from, to, protocol, port))
          .map(port => line(rules, nameOf(from), nameOf(to), port)),
      ),
    ),
  );
}

describe('the model of both semantics, for all clusters', () => {
  it('allows exactly the connections that a brute-force evaluation allows', () => {
    fc.assert(
      fc.property(arbitraryWorld, world => {
        assert.deepEqual(allowedByModel(world).toSorted(), allowedByBruteForce(world).toSorted());
      }),
      RUNS,
    );
  });

  it('counts pairs, ports and differing verdicts as a brute-force evaluation does', () => {
    fc.assert(
      fc.property(arbitraryWorld, world => {
        const [before, after] = viewsOf([
          ['annotation', world.policies],
          ['v1', world.policies],
        ]);
        const found = compareViews(modelCluster(world), before, after);
        const ports = portsToAsk(world);
        const destinations = world.pods.filter(isProtected);
        const sources: readonly Source[] = [...world.pods, 'outside'];
        const differing = destinations.flatMap(to =>
          sources.flatMap(from =>
            ports.filter(
              ([protocol, port]) =>
                isAllowed(world, 'annotation', from, to, protocol, port) !==
                isAllowed(world, 'v1', from, to, protocol, port),
            ),
          ),
        ).length;
        assert.deepEqual(
          { pairs: found.pairs, ports: found.ports, differing: found.differing },
          { pairs: destinations.length * sources.length, ports: ports.length, differing },
        );
      }),
      RUNS,
    );
  });
});
