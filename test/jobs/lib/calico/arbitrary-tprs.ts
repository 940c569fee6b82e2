import fc from 'fast-check';
import { cidrToName, ipToName, parseCidr, parseIp } from '../../../../jobs/lib/calico/go-net.ts';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { kindNamed, tprObject } from './tpr-objects.ts';

/** Well-formed objects of all kinds, no two of which meet at one name; by name of the ThirdPartyResource. */
export const arbitraryTprs = (): fc.Arbitrary<Map<string, KubeObject[]>> =>
  fc
    .tuple(
      objects('GlobalConfig', configs()),
      objects('GlobalBgpConfig', configs()),
      objects('IpPool', pools()),
      objects('GlobalBgpPeer', peers()),
      objects('SystemNetworkPolicy', policies()),
    )
    .map(kinds => new Map(kinds));

interface Content {
  readonly name: string;
  readonly spec: object;
}

const strings = () => fc.dictionary(fc.stringMatching(/^[a-z./-]{1,12}$/), fc.string(), { maxKeys: 3 });

function objects(name: string, content: fc.Arbitrary<Content>): fc.Arbitrary<[string, KubeObject[]]> {
  const kind = kindNamed(name);
  const metadata = fc.record({ labels: strings(), annotations: strings() }, { requiredKeys: [] });
  return fc
    .uniqueArray(fc.tuple(content, metadata), { selector: ([{ name: key }]) => key, maxLength: 5 })
    .map(list => [
      kind.tprName,
      list.map(([{ name: key, spec }, given]) => tprObject(kind, key, spec, given)),
    ]);
}

function configs(): fc.Arbitrary<Content> {
  return fc
    .record({ name: fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,20}$/), value: fc.string({ unit: 'binary' }) })
    .map(spec => ({ name: spec.name.toLowerCase(), spec }));
}

function pools(): fc.Arbitrary<Content> {
  const byte = fc.nat({ max: 255 });
  const group = fc.nat({ max: 0xffff }).map(value => value.toString(16));
  const ipv4 = fc.tuple(byte, byte, byte, fc.integer({ min: 8, max: 26 }));
  const ipv6 = fc.tuple(group, group, group, group, fc.integer({ min: 48, max: 122 }));
  const cidr = fc.oneof(
    ipv4.map(([a, b, c, length]) => network(`10.${a}.${b}.${c}/${length}`)),
    ipv6.map(([a, b, c, d, length]) => network(`fd80:${a}:${b}:${c}::${d}/${length}`)),
  );
  const options = fc.record({
    ipip: fc.constantFrom('', 'tunl0'),
    ipip_mode: fc.constantFrom('', 'always', 'cross-subnet'),
    masquerade: fc.boolean(),
    disabled: fc.boolean(),
  });
  return fc.tuple(cidr, options).map(([{ text, name }, { ipip, ...rest }]) => {
    const pool = { cidr: text, ...rest, ipip: text.includes(':') ? '' : ipip, ipam: !rest.disabled };
    return { name, spec: { value: JSON.stringify(pool) } };
  });
}

function network(text: string): { readonly text: string; readonly name: string } {
  const canonical = parseCidr(text)?.network ?? '';
  const cidr = parseCidr(canonical);
  return { text: canonical, name: cidr ? cidrToName(cidr) : '' };
}

function peers(): fc.Arbitrary<Content> {
  const asNumber = fc.nat({ max: 0xffff_ffff });
  return fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), asNumber).map(([text, number]) => {
    const ip = parseIp(text);
    return { name: ip ? ipToName(ip) : '', spec: { asNumber: number } };
  });
}

function policies(): fc.Arbitrary<Content> {
  const selector = fc.constantFrom('all()', "role == 'db'", 'has(pcns.team)');
  const entity = fc.record(
    { selector, notSelector: selector, ports: fc.array(fc.nat({ max: 65535 }), { maxLength: 3 }) },
    { requiredKeys: [] },
  );
  const rule = fc.record(
    { action: fc.constantFrom('allow', 'deny', 'log', 'pass'), source: entity, destination: entity },
    { requiredKeys: ['action'] },
  );
  const rules = fc.array(rule, { maxLength: 3 });
  const spec = fc.record(
    { selector, order: fc.integer(), ingress: rules, egress: rules, doNotTrack: fc.boolean() },
    { requiredKeys: ['selector'] },
  );
  return fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/), spec });
}
