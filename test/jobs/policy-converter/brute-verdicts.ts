import { makePlan, type Plan } from '../../../jobs/policy-converter/plan.ts';
import { policiesAfter } from '../../../jobs/policy-converter/proof.ts';
import {
  isAllowed,
  portsToAsk,
  type Rules,
  type Source,
  type World,
} from '../lib/calico/networkpolicy/brute-force.ts';
import { isProtected, snapshotOf } from '../lib/calico/networkpolicy/model-input.ts';
import { POLICIES } from './seed-world.ts';

/** The conversion that is planned for a world on the Kubernetes datastore. */
export const planOf = (world: World): Plan =>
  makePlan(snapshotOf(world), { datastore: 'kubernetes', resource: POLICIES });

/** The world as a plan leaves it. */
export const converted = (world: World, plan: Plan): World => ({
  ...world,
  policies: policiesAfter(world.policies, plan),
});

const nameOf = (source: Source): string =>
  source === 'outside' ? source : `${source.metadata.namespace}/${source.metadata.name}`;

/**
 * Every connection that is allowed, by asking for one after the other: `shop/a → web/b TCP 80`. The ports are those of
 * `asked`, so that several worlds can be compared.
 */
export function allowedConnections(world: World, rules: Rules, asked: World = world): ReadonlySet<string> {
  const sources: readonly Source[] = [...world.pods, 'outside'];
  const ports = portsToAsk(asked);
  return new Set(
    world.pods
      .filter(isProtected)
      .flatMap(to =>
        sources.flatMap(from =>
          ports
            .filter(([protocol, port]) => isAllowed(world, rules, from, to, protocol, port))
            .map(([protocol, port]) => `${nameOf(from)} → ${nameOf(to)} ${protocol} ${port}`),
        ),
      ),
  );
}

/** What one world allows under either semantics and another forbids under both: what must never be in between. */
export function opened(original: World, now: World): readonly string[] {
  const before = (['annotation', 'v1'] as const).map(rules => allowedConnections(original, rules));
  return (['annotation', 'v1'] as const).flatMap(rules =>
    [...allowedConnections(now, rules, original)]
      .filter(connection => !before.some(allowed => allowed.has(connection)))
      .map(connection => `${rules}: ${connection}`),
  );
}
