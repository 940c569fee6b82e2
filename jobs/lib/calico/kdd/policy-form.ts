import { isRecord } from '../../kubernetes/object.ts';

type Fields = Readonly<Record<string, unknown>>;

const POLICY: Readonly<Record<string, string>> = {
  order: 'order',
  selector: 'selector',
  types: 'types',
  doNotTrack: 'untracked',
  preDNAT: 'pre_dnat',
  applyOnForward: 'apply_on_forward',
};

const RULE: Readonly<Record<string, string>> = {
  action: 'action',
  ipVersion: 'ip_version',
  protocol: 'protocol',
  notProtocol: '!protocol',
};

const ICMP: Readonly<Record<string, string>> = { icmp: '', notICMP: '!' };
const SIDES: Readonly<Record<string, string>> = { source: 'src', destination: 'dst' };
const DIRECTIONS: Readonly<Record<string, string>> = { ingress: 'inbound_rules', egress: 'outbound_rules' };

const ENTITY = ['tag', 'net', 'nets', 'selector', 'ports'];

/**
 * The spec of a policy in the form of the v1 API, as the Kubernetes datastore of 2.6 has it, in the form of etcd, which
 * has the same fields under other names (tpr-to-crd reference, section 2.1; conversion reference, sections 3.6 and 5).
 * What it cannot place stays under its own name, so that reading the result finds it.
 */
export function etcdPolicy(spec: Fields): Fields {
  return renamed(spec, (key, value) => {
    const list = own(DIRECTIONS, key);
    if (list !== undefined) return [[list, Array.isArray(value) ? value.map(etcdRule) : value]];
    return [[own(POLICY, key) ?? key, value]];
  });
}

function etcdRule(rule: unknown): unknown {
  if (!isRecord(rule)) return rule;
  return renamed(rule, (key, value) => {
    const sign = own(ICMP, key);
    if (sign !== undefined) {
      const fields = isRecord(value) ? value : { type: value };
      return Object.entries(fields).map(([part, number]) => [`${sign}icmp_${part}`, number]);
    }
    const side = own(SIDES, key);
    if (side !== undefined && isRecord(value)) {
      return Object.entries(value).map(([part, inner]) => [entityField(key, side, part), inner]);
    }
    return [[own(RULE, key) ?? key, value]];
  });
}

function entityField(key: string, side: string, part: string): string {
  if (ENTITY.includes(part)) return `${side}_${part}`;
  const positive = ENTITY.find(name => part === `not${name[0]?.toUpperCase()}${name.slice(1)}`);
  return positive === undefined ? `${key}.${part}` : `!${side}_${positive}`;
}

/** A path in the etcd form, as `inbound_rules[0].!src_nets[1]`, as the path in the spec of the object. */
export function specPath(path: string): string {
  const reverse = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([api, etcd]) => [etcd, api] as const);
  const policy = new Map([...reverse(POLICY), ...reverse(DIRECTIONS)]);
  const rule = new Map(reverse(RULE));
  const segments = path.split('.').map((segment, index) => {
    const [, name = '', rest = ''] = /^([^[]*)(.*)$/.exec(segment) ?? [];
    return `${index === 0 ? (policy.get(name) ?? name) : ruleField(name, rule)}${rest}`;
  });
  return ['spec', ...segments.filter(Boolean)].join('.');
}

function ruleField(name: string, rule: ReadonlyMap<string, string>): string {
  const known = rule.get(name);
  if (known !== undefined) return known;
  const [, sign, place = '', part = ''] = /^(!?)(src|dst|icmp)_(\w+)$/.exec(name) ?? [];
  if (place === 'icmp') return `${sign ? 'notICMP' : 'icmp'}.${part}`;
  if (place === '') return name;
  const side = place === 'src' ? 'source' : 'destination';
  return `${side}.${sign ? `not${part[0]?.toUpperCase()}${part.slice(1)}` : part}`;
}

function renamed(
  fields: Fields,
  rename: (key: string, value: unknown) => readonly (readonly [string, unknown])[],
): Fields {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => rename(key, value).map(entry => [...entry])),
  );
}

const own = (names: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(names, key) ? names[key] : undefined;
