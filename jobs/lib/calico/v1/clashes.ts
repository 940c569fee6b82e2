import type { Unit } from './unit.ts';

/** A unit and the v3 object that it makes, or would make if v3 accepted it. */
export interface Claim {
  readonly unit: Unit;
  /** Not there where v3 does not accept the object. */
  readonly v3Key?: string | undefined;
  /** As in `UnitResult`. Objects are the same where their names, or without names their keys, are. */
  readonly v3Name?: string | undefined;
}

/** Two units that make the same v3 object. The first one has it. */
export interface Clash {
  readonly first: Unit;
  readonly second: Unit;
  readonly v3Name: string;
  /**
   * Whether it follows from a clash of the Nodes of the same two hosts. It is not reported then: nobody has to do
   * anything about it but to rename the host.
   */
  readonly covered: boolean;
}

const FELIX = '/calico/resources/v3/projectcalico.org/felixconfigurations/';

/** The clashes among units, which are given in the order of `sortUnits`. Whoever comes second or later clashes with the first. */
export function findClashes(claims: Iterable<Claim>): readonly Clash[] {
  const owners = new Map<string, Unit>();
  const found: Omit<Clash, 'covered'>[] = [];
  const clashingHosts = new Set<string>();
  for (const { unit, v3Key, v3Name } of claims) {
    const id = v3Name ?? v3Key;
    if (id === undefined) continue;
    const first = owners.get(id);
    if (first === undefined) {
      owners.set(id, unit);
      continue;
    }
    found.push({ first, second: unit, v3Name: v3Name ?? objectName(id) });
    if (unit.kind === 'Node') clashingHosts.add(hostPair(first, unit));
  }
  return found.map(clash => ({ ...clash, covered: isCovered(clash, clashingHosts) }));
}

/** `<second> and <first> -> <v3 name>`, a line of the report nameclashes. */
export const clashLine = ({ first, second, v3Name }: Clash): string =>
  `${second.name} and ${first.name} -> ${v3Name}`;

/** Felix configuration and IPAM are not looked at by the original; endpoints and peers of the same hosts are. */
function isCovered({ first, second }: Omit<Clash, 'covered'>, hosts: ReadonlySet<string>): boolean {
  const isFurther = second.kind === 'HostFelixConfig' || second.kind === 'BlockAffinity';
  return isFurther && hosts.has(hostPair(first, second));
}

/** Of three hosts with one name the third clashes with the first, in every kind. */
const hostPair = (first: Unit, second: Unit): string => `${first.parts.host}\0${second.parts.host}`;

const objectName = (v3Key: string): string =>
  v3Key.startsWith(FELIX) ? `FelixConfiguration(${v3Key.slice(FELIX.length)})` : v3Key;
