import { unescapeSegment } from './names.ts';
import { keyUnit, left, only, unknownKey } from './place-unit.ts';
import type { KeyPlace } from './unit.ts';

const PROFILE_KEYS: ReadonlySet<string | undefined> = new Set(['rules', 'tags', 'labels']);

/** A key below `/calico/v1/policy`: a policy of the one tier that there is, or one of the three of a profile. */
export function placePolicy(key: string, path: readonly string[]): KeyPlace {
  const [area, ...rest] = path;
  if (area === 'tier') return placeTier(key, rest);
  if (area === 'profile') return placeProfile(key, rest);
  return unknownKey(key);
}

function placeTier(key: string, path: readonly string[]): KeyPlace {
  const [tier, kind, ...rest] = path;
  if (tier !== 'default') {
    return left(
      'unsupported',
      'belongs to another tier than default, which Calico does not have: write its policies anew',
    );
  }
  if (kind === 'metadata' && rest.length === 0) return left('transient');
  const segment = kind === 'policy' ? only(rest) : undefined;
  if (segment === undefined) return unknownKey(key);
  const name = unescapeSegment(segment);
  if (name.startsWith('knp.default.')) return left('controller');
  return keyUnit('Policy', key, `Policy(name=${name})`, { name });
}

function placeProfile(key: string, path: readonly string[]): KeyPlace {
  const [segment = '', part, ...rest] = path;
  if (segment === '' || rest.length > 0 || !PROFILE_KEYS.has(part)) return unknownKey(key);
  const name = unescapeSegment(segment);
  if (name.startsWith('k8s_ns.') || name.startsWith('openstack-sg-')) return left('controller');
  return keyUnit('Profile', `/calico/v1/policy/profile/${segment}/`, `Profile(name=${name})`, { name });
}
